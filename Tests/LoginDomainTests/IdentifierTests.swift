import LoginDomain
import TestSupport
import Testing

struct IdentifierTests {
    @Test func `ids have their shapes and come back from rows`() {
        var dice = SeededDice()
        let attempt = AttemptID(using: &dice)
        #expect(attempt.text.utf8.count == 16)
        #expect(AttemptID(text: attempt.text) == attempt)
        #expect("\(attempt)" == attempt.text)
        let user = UserID(using: &dice)
        #expect(user.text.hasPrefix("u_"))
        #expect(user.text.utf8.count == 22)
        #expect(UserID(text: user.text) == user)
        #expect("\(user)" == user.text)
    }

    @Test(arguments: [
        "", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA=", "AAAAAAA AAAAAAAA",
    ])
    func `an attempt's id is refused when it cannot be one`(text: String) {
        #expect(AttemptID(text: text) == nil)
    }

    @Test(
        arguments: [
            "", "u_", "u_AAAAAAAAAAAAAAAAAAA", "u_AAAAAAAAAAAAAAAAAAAAA", "xxAAAAAAAAAAAAAAAAAAAA",
            "u_AAAAAAAAAAAAAAAAAAA'",
        ])
    func `a user's id is refused when it cannot be one`(text: String) {
        #expect(UserID(text: text) == nil)
    }

    @Test func `a user's id is drawn and says nothing of the openid`() {
        var dice = SeededDice()
        let ids = Set((0..<1000).map { _ in UserID(using: &dice) })
        #expect(ids.count == 1000)
    }

    @Test(
        arguments: [
            ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", true), ("0123456789", true), ("012345678", false),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
            ("", false), ("o6_bmjrPTlm6_2sgVt7hMZOPfL2\n", false), ("o6_bmjrPTlm6' OR '1", false),
        ])
    func `T44: an openid is taken when it has the shape of one`(openID: String, isTaken: Bool) {
        let identity = WeChatIdentity(openID: openID, unionID: "union")
        #expect(identity?.openID == (isTaken ? openID : nil))
        if isTaken { #expect(identity?.unionID == "union") }
    }

    @Test func `a new user has a role for display and nothing else`() {
        let user = User(id: Cast.alice)
        #expect(user == User(id: Cast.alice, role: "user", nickName: "", avatar: nil))
    }
}
