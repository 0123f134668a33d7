import LoginDomain
import TestSupport
import Testing

/// What whoever holds it is trusted for: its shape, and that it never prints itself.
struct SecretTests {
    @Test func `a scene has 24 characters and the other secrets 43`() {
        var dice = SeededDice()
        #expect(SceneID(using: &dice).exposed.utf8.count == 24)
        #expect(AttemptCookie(using: &dice).exposed.utf8.count == 43)
        #expect(SessionCookie(using: &dice).exposed.utf8.count == 43)
        #expect(PhoneToken(using: &dice).exposed.utf8.count == 43)
        #expect(ConfirmNonce(using: &dice).exposed.utf8.count == 43)
        #expect(SceneID.bytesCount == 18)
        #expect(AttemptCookie.bytesCount == 32)
    }

    @Test func `a secret is the dice's bytes and nothing else`() {
        var zeroes = ConstantDice(word: 0)
        #expect(SceneID(using: &zeroes).exposed == String(repeating: "A", count: 24))
        var ones = ConstantDice(word: .max)
        #expect(SceneID(using: &ones).exposed == String(repeating: "_", count: 24))
        // 43 characters are 258 bits: the last two are not random.
        #expect(PhoneToken(using: &ones).exposed == String(repeating: "_", count: 42) + "8")
    }

    @Test(
        arguments: [
            ("AAAAAAAAAAAAAAAAAAAAAAAA", true), ("azAZ09-_azAZ09-_azAZ09-_", true),
            ("AAAAAAAAAAAAAAAAAAAAAAA", false), ("AAAAAAAAAAAAAAAAAAAAAAAAA", false), ("", false),
            ("AAAAAAAAAAAAAAAAAAAAAAA=", false), ("AAAAAAAAAAAAAAAAAAAAAAA+", false),
            ("AAAAAAAAAAAAAAAAAAAAAA/A", false), ("AAAAAAAAAAAAAAAAAAAAAAA ", false),
            ("AAAAAAAAAAAAAAAAAAAAAAA\0", false), ("AAAAAAAAAAAAAAAAAAAAAA\u{E9}", false),
            ("AAAAAAAAAAAAAAAAAAAAAAA\u{661}", false),
        ])
    func `what a peer presented is taken when it has the shape`(text: String, isTaken: Bool) {
        #expect(SceneID(presented: text)?.exposed == (isTaken ? text : nil))
    }

    @Test func `T35: a secret prints as redacted, however it is printed`() {
        check(AttemptCookie.self)
        check(SessionCookie.self)
        check(PhoneToken.self)
        check(ConfirmNonce.self)
        check(SceneID.self)
    }

    private func check<Purpose: SecretPurpose>(_ kind: Secret<Purpose>.Type) {
        var dice = SeededDice(seed: 99)
        let secret = kind.init(using: &dice)
        var printed = ""
        print(secret, [secret], ["key": secret], to: &printed)
        debugPrint(secret, Optional(secret) as Any, to: &printed)
        let ways = [
            secret.description, secret.debugDescription, "\(secret)", "\(Optional(secret) as Any)",
            String(describing: secret), String(reflecting: secret), dumped(secret), printed,
            "\(Bag(secret: secret))", String(reflecting: Bag(secret: secret)),
            dumped(Bag(secret: secret)),
            "\(Bag(secret: secret) as any Error)", "\([secret])", "\((secret, 1))",
        ]
        for way in ways {
            #expect(way.contains("<redacted>"))
            #expect(!way.contains(secret.exposed.prefix(8)))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(!((secret as Any) is any Encodable))
    }

    private func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    /// An error that carries a secret by mistake.
    private struct Bag<Purpose: SecretPurpose>: Error {
        var secret: Secret<Purpose>
    }

    private struct ConstantDice: RandomNumberGenerator {
        var word: UInt64

        func next() -> UInt64 { word }
    }
}
