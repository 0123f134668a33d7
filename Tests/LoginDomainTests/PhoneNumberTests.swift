import LoginDomain
import Testing

/// A person's phone number.
struct PhoneNumberTests {
    @Test(arguments: ["+8613800000001", "+6834000", "+112345678901234", "+390612345678"])
    func `a number by E-164 is taken as it is`(text: String) {
        #expect(PhoneNumber(e164: text)?.exposed == text)
    }

    @Test(arguments: [
        "", "+", "13800000001", "8613800000001", "+86 13800000001", "+0813800000001", "+123456",
        "+1234567890123456", "+86138000000０1", "+86138-0000001", "++8613800000001",
        "+8613800000001\n", "\u{0}+8613800000001", "+8613800000001;ext=1",
    ])
    func `anything else is no number`(text: String) {
        #expect(PhoneNumber(e164: text) == nil)
    }

    @Test(arguments: [
        ("+8613800000001", "+*********0001"), ("+6834000", "+***4000"),
        ("+123456789012345", "+***********2345"),
    ])
    func `its owner knows it by the last four digits`(text: String, masked: String) throws {
        #expect(try #require(PhoneNumber(e164: text)).masked == masked)
    }

    @Test func `T35 a number prints nothing of itself`() throws {
        let number = try #require(PhoneNumber(e164: "+8613800000001"))
        var dice = SystemRandomNumberGenerator()
        let user = User(id: UserID(using: &dice), phoneNumber: number)
        #expect("\(number)" == "<redacted>")
        #expect(String(reflecting: number) == "<redacted>")
        for value: Any in [number, user, [user]] {
            var text = "\(value) \(String(reflecting: value)) "
            dump(value, to: &text)
            #expect(!text.contains("0000001"))
        }
    }
}
