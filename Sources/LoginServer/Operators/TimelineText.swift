import Foundation
package import LoginDomain

/// An attempt's timeline, for people and for programs.
package enum TimelineText {
    /// A line for each entry: when, what, why not, and who.
    ///
    /// What a stranger sent, such as a user agent, can have no control characters here: it could
    /// forge lines or steer the terminal (T28).
    package static func lines(_ entries: [AuditEntry]) -> [String] {
        entries.map { entry in
            var line = "\(entry.at.rfc3339)  \(entry.what.rawValue)"
            if let reason = entry.reason { line += ": \(reason.rawValue)" }
            if let user = entry.actor.user { line += "  user \(user)" }
            if let address = entry.actor.address { line += "  from \(printable(address))" }
            if let launch = entry.actor.launch { line += "  launch \(launch)" }
            if let agent = entry.actor.userAgent, !agent.isEmpty {
                line += "  with \(printable(agent))"
            }
            return line
        }
    }

    /// The same as one JSON object.
    package static func json(_ code: SupportCode, _ entries: [AuditEntry]) throws -> String {
        struct Line: Encodable {
            var at: String
            var what: String
            var reason: String?
            var user: String?
            var address: String?
            var userAgent: String?
            var launch: Int?

            enum CodingKeys: String, CodingKey {
                case at, what, reason, user, address, launch
                case userAgent = "user_agent"
            }
        }
        struct Timeline: Encodable {
            var code: String
            var entries: [Line]
        }
        let lines = entries.map { entry in
            Line(
                at: entry.at.rfc3339,
                what: entry.what.rawValue,
                reason: entry.reason?.rawValue,
                user: entry.actor.user?.text,
                address: entry.actor.address,
                userAgent: entry.actor.userAgent,
                launch: entry.actor.launch
            )
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(
            decoding: try encoder.encode(Timeline(code: "\(code)", entries: lines)),
            as: UTF8.self
        )
    }

    private static func printable(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate,
                    .privateUse, .unassigned:
                    "\u{FFFD}"
                default:
                    Character(scalar)
                }
            }
        )
    }
}
