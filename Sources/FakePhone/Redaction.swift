package import HTTPTypes

/// Shortens secrets and long values for the transcript.
///
/// A transcript lands in CI logs. Four characters are enough to tell two values apart.
package struct Redaction: Sendable {
    /// What the names of secrets have in them, without `_` and `-`: `mini_openid`, `X-Auth-Token`.
    private static let secretParts = [
        "openid", "unionid", "token", "secret", "nonce", "scene", "sessionkey", "sessionid",
        "jscode", "ticket", "password", "authorization", "cookie",
    ]
    /// Names that are a secret's only as a whole; in the article the scene is the `clientid`.
    private static let secretNames: Set<String> = ["code", "clientid", "sid"]
    private static let charactersMax = 120
    /// Longer values of a query are shortened; `camera` and the names of calls are not secret.
    private static let queryValueMax = 16
    /// Longer parts of a path are shortened when there are digits in them.
    private static let pathPartMax = 20

    private let secrets: Set<String>

    /// Knows the usual names, and in lower case those that a design has beside them.
    package init(secrets: Set<String> = []) {
        self.secrets = secrets
    }

    /// `abcd… (43)`; a value of up to eight characters is hidden whole.
    package static func secret(_ value: some StringProtocol) -> String {
        value.count > 8 ? "\(value.prefix(4))… (\(value.count))" : "…"
    }

    /// A field as one line.
    package func field(_ field: HTTPField) -> String {
        guard isSecret(field.name.rawName) else {
            return "\(field.name.rawName): \(field.value)"
        }
        return "\(field.name.rawName): \(Self.credentials(field.value))"
    }

    /// A path with the values of its query shortened: a scene may stand there.
    ///
    /// The mock's own calls have no secrets there.
    package func path(_ path: String) -> String {
        guard !path.hasPrefix("/_mock/") else { return path }
        let alone = path.prefix { $0 != "?" }
        let parts = alone.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.count > Self.pathPartMax && part.contains(where: \.isNumber)
                ? Self.secret(part) : String(part)
        }
        let shown = parts.joined(separator: "/")
        guard alone.endIndex < path.endIndex else { return shown }
        return shown + "?" + pairs(path[path.index(after: alone.endIndex)...])
    }

    /// `name=value&…` with the secrets shortened, and whatever is long.
    private func pairs(_ text: Substring) -> String {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, isSecret(parts[0]) || parts[1].count > Self.queryValueMax else {
                return String(pair)
            }
            return "\(parts[0])=\(Self.secret(parts[1]))"
        }
        .joined(separator: "&")
    }

    /// A body as one line: JSON or a form with its secrets shortened, or the beginning of a text.
    package func body(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        if let json = JSONValue(bytes) {
            return String(decoding: shortened(json).bytes, as: UTF8.self)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return "\(bytes.count) bytes"
        }
        let whole = Self.isForm(text) ? pairs(text[...]) : text
        let line = whole.prefix(Self.charactersMax).map { $0.isNewline ? " " : String($0) }.joined()
        return whole.count > Self.charactersMax ? line + "…" : line
    }

    private static func isForm(_ text: String) -> Bool {
        text.contains("=")
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x22 }
    }

    private func isSecret(_ name: some StringProtocol) -> Bool {
        let name = name.lowercased()
        let letters = name.filter { $0 != "_" && $0 != "-" }
        return secrets.contains(name) || Self.secretNames.contains(letters)
            || Self.secretParts.contains { letters.contains($0) }
    }

    private func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .int, .double:
            return value
        case .string(let text):
            guard text.count > Self.charactersMax else { return value }
            return .string("\(text.prefix(24))… (\(text.count) characters)")
        case .array(let values):
            return .array(values.map(shortened))
        case .object(let members):
            var short: [String: JSONValue] = [:]
            for name in members.keys.sorted() {
                guard let value = members[name] else { continue }
                if isSecret(name), case .string(let text) = value {
                    short[name] = .string(Self.secret(text))
                } else {
                    short[name] = shortened(value)
                }
            }
            return .object(short)
        }
    }

    /// `name=value; …` and `Bearer value`, each value shortened, the words around it kept.
    private static func credentials(_ value: String) -> String {
        if value.hasPrefix("Bearer ") {
            return "Bearer " + secret(value.dropFirst("Bearer ".count))
        }
        let attributes: Set<String> = ["path", "max-age", "samesite", "expires", "domain"]
        let flags: Set<String> = ["httponly", "secure", "partitioned"]
        return value.split(separator: ";").map { part in
            let part = part.drop { $0 == " " }
            guard let equals = part.firstIndex(of: "=") else {
                return flags.contains(part.lowercased()) ? String(part) : secret(part)
            }
            guard !attributes.contains(part[..<equals].lowercased()) else { return String(part) }
            return "\(part[...equals])\(secret(part[part.index(after: equals)...]))"
        }.joined(separator: "; ")
    }
}
