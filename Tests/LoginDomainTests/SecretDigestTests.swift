import LoginDomain
import Testing

struct SecretDigestTests {
    @Test(arguments: [0, 31, 33, 64])
    func `a digest has 32 bytes`(count: Int) {
        #expect(SecretDigest(bytes: Array(repeating: 0, count: count)) == nil)
    }

    @Test func `T39: digests differ wherever one bit does, and are equal otherwise`() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let digest = try #require(SecretDigest(bytes: bytes))
        #expect(digest == SecretDigest(bytes: bytes))
        #expect(digest.hashValue == SecretDigest(bytes: bytes)?.hashValue)
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(digest != SecretDigest(bytes: other), "bit \(bit)")
        }
    }
}
