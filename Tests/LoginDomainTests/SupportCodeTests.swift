import LoginDomain
import TestSupport
import Testing

/// What a person reads out to the operator.
struct SupportCodeTests {
    @Test func `a code is ten characters that cannot be mistaken for one another`() {
        var dice = SeededDice(seed: 1)
        let codes = (0..<10_000).map { _ in AttemptID(using: &dice).supportCode }
        #expect(Set(codes).count == codes.count)
        let used = Set(codes.flatMap(\.text))
        #expect(codes.allSatisfy { $0.text.count == 10 })
        #expect(used == Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    }

    @Test func `a code is its attempt's and always the same`() throws {
        let id = try #require(AttemptID(text: "abcdefgh_-ABCDEF"))
        #expect(id.supportCode == AttemptID(text: "abcdefgh_-ABCDEF")?.supportCode)
        #expect("\(id.supportCode)" == "D6VHT-YFR47")
        // Every one of its fifty bits counts, and none that comes after them.
        #expect(AttemptID(text: "abcdefgh_-ABCDEA")?.supportCode == id.supportCode)
        #expect(AttemptID(text: "abcdefghA-ABCDEF")?.supportCode != id.supportCode)
        #expect(AttemptID(text: "Abcdefgh_-ABCDEF")?.supportCode != id.supportCode)
    }

    @Test(arguments: [
        "D6VHT-YFR47", "d6vhtyfr47", " d6vht yfr47 ", "D6VHT--YFR47",
    ])
    func `a code is understood however it is typed`(typed: String) throws {
        let id = try #require(AttemptID(text: "abcdefgh_-ABCDEF"))
        #expect(SupportCode(typed: typed) == id.supportCode)
    }

    @Test func `letters that people take for digits are those digits`() {
        #expect(SupportCode(typed: "oOiIlL2345")?.text == "0011112345")
    }

    @Test(arguments: [
        "", "D6VHT-YFR4", "D6VHT-YFR47K", "D6VHT-YFR4U", "D6VHT-YFR\u{0}K", "登录登录登录登录登录",
    ])
    func `what is no code is none`(typed: String) {
        #expect(SupportCode(typed: typed) == nil)
    }
}
