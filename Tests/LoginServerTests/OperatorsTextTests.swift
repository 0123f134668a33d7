import Foundation
import LoginDomain
import Testing

@testable import LoginServer

/// What operators' commands print.
@Suite struct OperatorsTextTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)

    private static func entries() throws -> [AuditEntry] {
        let code = try #require(SupportCode(typed: "7K3QX-0V9MZ"))
        let user = try #require(UserID(text: "u_aaaaaaaaaaaaaaaaaaaa"))
        return [
            AuditEntry(
                at: start,
                code: code,
                what: .opened,
                actor: AuditActor(
                    address: "192.0.2.1",
                    userAgent: "Firefox\n\u{1B}[2Jforged\u{202E}"
                )
            ),
            AuditEntry(
                at: start + .milliseconds(10_007),
                code: code,
                what: .scanRefused,
                reason: .anotherUser,
                actor: AuditActor(user: user, address: "198.51.100.7", launch: 1047)
            ),
            AuditEntry(at: start + .seconds(120), code: code, what: .expired, actor: .nobody),
        ]
    }

    @Test func `T28: a timeline has a line for each entry, and no stranger can add one`() throws {
        #expect(
            TimelineText.lines(try Self.entries()) == [
                "2026-01-01T00:00:00.000Z  opened  from 192.0.2.1  "
                    + "with Firefox\u{FFFD}\u{FFFD}[2Jforged\u{FFFD}",
                "2026-01-01T00:00:10.007Z  scan refused: another user had scanned it  "
                    + "user u_aaaaaaaaaaaaaaaaaaaa  from 198.51.100.7  launch 1047",
                "2026-01-01T00:02:00.000Z  expired",
            ]
        )
    }

    @Test func `a timeline is one JSON object too`() throws {
        let entries = try Self.entries()
        let code = try #require(entries[0].code)
        let text = try TimelineText.json(code, entries)
        #expect(!text.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(object["code"] as? String == "7K3QX-0V9MZ")
        let lines = try #require(object["entries"] as? [[String: Any]])
        #expect(lines.count == 3)
        #expect(lines[0]["user_agent"] as? String == "Firefox\n\u{1B}[2Jforged\u{202E}")
        #expect(lines[1]["launch"] as? Int == 1047)
        #expect(lines[1]["reason"] as? String == "another user had scanned it")
        #expect(Set(lines[2].keys) == ["at", "what"])
    }

    @Test func `a user is a line with tabs, and a JSON object`() throws {
        let id = try #require(UserID(text: "u_aaaaaaaaaaaaaaaaaaaa"))
        let record = UserRecord(
            user: User(id: id, role: "admin", nickName: "小\t明\n"),
            createdAt: Self.start
        )
        #expect(
            UsersText.line(record)
                == "u_aaaaaaaaaaaaaaaaaaaa\tadmin\t2026-01-01T00:00:00.000Z\t小明"
        )
        let text = try UsersText.json(record)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        )
        #expect(object["userid"] == id.text)
        #expect(object["role"] == "admin")
        #expect(object["nickName"] == "小\t明\n")
    }

    @Test(arguments: ["user", "admin", "a-b_c9", String(repeating: "x", count: 32)])
    func `a role is one plain word`(text: String) {
        #expect(UserRole.isAllowed(text))
    }

    @Test(arguments: ["", "Admin", "a b", "管理员", "a\n", String(repeating: "x", count: 33)])
    func `what is not one plain word is no role`(text: String) {
        #expect(!UserRole.isAllowed(text))
    }
}
