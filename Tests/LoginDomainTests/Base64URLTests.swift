import LoginDomain
import Testing

struct Base64URLTests {
    /// RFC 4648 section 10, in the URL-safe alphabet and without padding.
    @Test(
        arguments: [
            ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
            ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg"), ([0xFB, 0xEF, 0xFF], "--__"),
            ([0xFF], "_w"), ([0x00, 0x00], "AAA"),
        ] as [([UInt8], String)]
    )
    func `bytes become text`(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.isAlphabet(text))
        #expect(Base64URL.decode(text) == bytes)
    }

    /// RFC 4648 section 3.5: two texts of one byte string would be two names of one secret.
    @Test(arguments: ["A", "Zg==", "Zh", "Zm9", "_x", "AAB", "Zm9v!", "Zm 9", "\u{E9}A", "+/+/"])
    func `what no bytes become is no text`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `the alphabet has 64 characters`() {
        let members = (0...127 as ClosedRange<UInt8>).filter {
            Base64URL.isAlphabet(String(UnicodeScalar($0)))
        }
        #expect(members.count == 64)
        #expect(!Base64URL.isAlphabet("\u{E9}"))
    }
}
