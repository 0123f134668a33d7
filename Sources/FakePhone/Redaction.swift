package import HTTPTypes

/// Shortens secrets and long values for the transcript.
///
/// A transcript lands in CI logs. Four characters are enough to tell two values apart.
package enum Redaction {
    /// Members whose values are secrets in any answer or request.
    private static let secretMembers: Set<String> = [
        "token", "access_token", "js_code", "code", "nonce", "scene", "secret", "openid",
        "session_key", "unionid",
    ]
    private static let secretFields: Set<HTTPField.Name> = [.cookie, .setCookie, .authorization]
    private static let charactersMax = 120
    /// Longer values of a query are shortened; `camera` and the names of calls are not secret.
    private static let queryValueMax = 16

    /// `abcd… (43)`; a value of up to eight characters is hidden whole.
    package static func secret(_ value: some StringProtocol) -> String {
        value.count > 8 ? "\(value.prefix(4))… (\(value.count))" : "…"
    }

    /// A field as one line.
    package static func field(_ field: HTTPField) -> String {
        guard secretFields.contains(field.name) else {
            return "\(field.name.rawName): \(field.value)"
        }
        return "\(field.name.rawName): \(credentials(field.value))"
    }

    /// A path with the values of its query shortened: a scene may stand there.
    ///
    /// The mock's own calls have no secrets there.
    package static func path(_ path: String) -> String {
        guard !path.hasPrefix("/_mock/"), let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[1].count > queryValueMax else { return String(pair) }
            return "\(parts[0])=\(secret(parts[1]))"
        }
        return path[...mark] + query.joined(separator: "&")
    }

    /// A body as one line: JSON with its secrets shortened, or the beginning of a text.
    package static func body(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        if let json = JSONValue(bytes) {
            return String(decoding: shortened(json).bytes, as: UTF8.self)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return "\(bytes.count) bytes"
        }
        let line = text.prefix(charactersMax).map { $0.isNewline ? " " : String($0) }.joined()
        return text.count > charactersMax ? line + "…" : line
    }

    private static func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .int, .double:
            return value
        case .string(let text):
            guard text.count > charactersMax else { return value }
            return .string("\(text.prefix(24))… (\(text.count) characters)")
        case .array(let values):
            return .array(values.map(shortened))
        case .object(let members):
            var short: [String: JSONValue] = [:]
            for name in members.keys.sorted() {
                guard let value = members[name] else { continue }
                if secretMembers.contains(name), case .string(let text) = value {
                    short[name] = .string(secret(text))
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
        return value.split(separator: ";").map { part in
            let part = part.drop { $0 == " " }
            guard let equals = part.firstIndex(of: "="),
                !attributes.contains(part[..<equals].lowercased())
            else { return String(part) }
            return "\(part[...equals])\(secret(part[part.index(after: equals)...]))"
        }.joined(separator: "; ")
    }
}
