import Foundation
package import LoginDomain
package import OpenIDConnect

/// Signing keys, for people and for programs: what `login-server keys` prints.
package enum KeysText {
    /// One key.
    package struct Line: Encodable, Sendable {
        package var kid: String
        /// Nil where it cannot be opened.
        package var algorithm: String?
        var state: String
        var publishedAt: String

        /// Name, kind, state and since when it is published, with tabs between.
        package var text: String {
            [kid, algorithm ?? "?", state, publishedAt].joined(separator: "\t")
        }

        /// One JSON object, without line breaks.
        package var json: String {
            get throws {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                encoder.keyEncodingStrategy = .convertToSnakeCase
                return String(decoding: try encoder.encode(self), as: UTF8.self)
            }
        }
    }

    /// A name as an argument of a command line: one that begins with a hyphen would be taken for an
    /// option.
    package static func argument(_ kid: String) -> String { kid.hasPrefix("-") ? "-- \(kid)" : kid }

    /// Why no key is published now: one is already, and does not sign yet; nil where none is.
    package static func successorWaits(_ rows: [SealedKey], at now: Timestamp) -> String? {
        guard let (kid, signsAt) = KeyRing(of: rows).successor(at: now) else { return nil }
        return
            "The key \(kid) is published already and signs from \(signsAt.rfc3339) on; another one "
            + "would change nothing until then. To take it back: login-server keys revoke \(Self.argument(kid))"
    }

    /// The keys as they stand, the oldest first.
    package static func lines(
        _ rows: [SealedKey],
        at now: Timestamp,
        opening open: (SealedKey) -> SigningKey?
    ) -> [Line] {
        let ring = KeyRing(of: rows)
        return rows.map { row in
            Line(
                kid: row.kid,
                algorithm: open(row)?.algorithm.rawValue,
                state: ring.state(of: row.kid, at: now)?.rawValue ?? "",
                publishedAt: row.publishedAt.rfc3339
            )
        }
    }
}
