import Crypto
import LoginDomain
import OpenIDConnect
import TestSupport
import Testing

/// Signing keys as they are stored (T36).
struct KeySealTests {
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)
    private static let pem = P256.Signing.PrivateKey().pemRepresentation

    private static func seal(_ byte: UInt8 = 7) throws -> KeySeal {
        try #require(KeySeal(bytes: Array(repeating: byte, count: 32)))
    }

    @Test func `T36 a sealed key opens again, and its row holds nothing of its text`() throws {
        var dice = SeededDice(seed: 1)
        let row = try Self.seal().seal(pem: Self.pem, publishedAt: Self.now, using: &dice)
        let key = try SigningKey(pem: Self.pem)
        #expect(row.kid == key.kid)
        #expect(row.publishedAt == Self.now)
        // Nonce and tag.
        #expect(row.sealed.count == 12 + Self.pem.utf8.count + 16)
        let text = String(decoding: row.sealed, as: UTF8.self)
        for line in Self.pem.split(separator: "\n") { #expect(!text.contains(line)) }
        let opened = try Self.seal().open(row)
        #expect(opened.kid == key.kid)
        #expect(opened.algorithm == .es256)
    }

    @Test func `T36 the nonce is drawn, and never the same`() throws {
        var dice = SeededDice(seed: 1)
        let rows = try (0..<3).map { _ in
            try Self.seal().seal(pem: Self.pem, publishedAt: Self.now, using: &dice)
        }
        #expect(Set(rows.map { $0.sealed.prefix(12) }).count == 3)
        var same = SeededDice(seed: 1)
        let again = try Self.seal().seal(pem: Self.pem, publishedAt: Self.now, using: &same)
        #expect(again == rows[0])
    }

    @Test func `T22 another key file, another name or one changed byte opens nothing`() throws {
        var dice = SeededDice(seed: 1)
        let row = try Self.seal().seal(pem: Self.pem, publishedAt: Self.now, using: &dice)
        #expect(throws: KeySeal.Broken.self) { try Self.seal(8).open(row) }
        var renamed = row
        renamed.kid = "A" + row.kid.dropFirst()
        #expect(throws: KeySeal.Broken.self) { try Self.seal().open(renamed) }
        for place in row.sealed.indices {
            var changed = row
            changed.sealed[place] ^= 1
            #expect(throws: KeySeal.Broken.self, "byte \(place)") { try Self.seal().open(changed) }
        }
        for count in [0, 11, 12, 28, row.sealed.count - 1] {
            var cut = row
            cut.sealed = Array(row.sealed.prefix(count))
            #expect(throws: KeySeal.Broken.self, "\(count) bytes") { try Self.seal().open(cut) }
        }
    }

    @Test func `what is no key is not sealed`() throws {
        var dice = SeededDice(seed: 1)
        #expect(throws: SigningKey.Flaw.unreadable) {
            try Self.seal().seal(pem: "no key", publishedAt: Self.now, using: &dice)
        }
    }

    @Test func `a key file is what openssl prints, and nothing that a person thought of`() throws {
        var dice = SeededDice(seed: 1)
        let row = try Self.seal(0x5A).seal(pem: Self.pem, publishedAt: Self.now, using: &dice)
        let hex = String(repeating: "5a", count: 32)
        let base64 = String(repeating: "Wlpa", count: 10) + "Wlo="
        for text in [hex, hex + "\n", hex.uppercased(), base64, base64 + "\r\n"] {
            let seal = try #require(KeySeal(keyFile: text), "\(text)")
            #expect(try seal.open(row).kid == row.kid)
        }
        for text in [
            "", "\n", "correct horse battery staple", String(hex.dropLast()), hex + "5a",
            "0x" + hex.dropFirst(2), String(repeating: "５", count: 64), String(base64.dropLast(4)),
            String(repeating: "password", count: 4), hex.dropLast(2) + "+1",
        ] {
            #expect(KeySeal(keyFile: text) == nil, "\(text)")
        }
    }

    @Test func `a new key file is drawn, and can be read`() throws {
        var (dice, other) = (SeededDice(seed: 1), SeededDice(seed: 2))
        let text = KeySeal.keyFile(using: &dice)
        #expect(text.utf8.count == 65)
        #expect(KeySeal(keyFile: text) != nil)
        #expect(KeySeal.keyFile(using: &other) != text)
    }

    @Test func `T35 it never prints its key`() throws {
        let seal = try Self.seal(0x5A)
        var dumped = ""
        dump(seal, to: &dumped)
        for text in ["\(seal)", String(reflecting: seal), dumped] {
            #expect(!text.contains("90") && !text.lowercased().contains("5a"), "\(text)")
        }
    }
}
