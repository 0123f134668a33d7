import Foundation
package import LoginDomain

/// Users, for people and for programs: what `login-server users list` prints.
package enum UsersText {
    /// Id, role, when they first came, and what they call themselves, with tabs between.
    package static func line(_ record: UserRecord) -> String {
        let user = record.user
        let name = user.nickName.filter { !$0.isNewline && $0 != "\t" }
        return [user.id.text, user.role, record.createdAt.rfc3339, name]
            .joined(separator: "\t")
    }

    /// One JSON object, without line breaks.
    package static func json(_ record: UserRecord) throws -> String {
        struct Line: Encodable {
            var userid: String
            var role: String
            var createdAt: String
            var nickName: String

            enum CodingKeys: String, CodingKey {
                case userid, role, nickName
                case createdAt = "created_at"
            }
        }
        let line = Line(
            userid: record.user.id.text,
            role: record.user.role,
            createdAt: record.createdAt.rfc3339,
            nickName: record.user.nickName
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
