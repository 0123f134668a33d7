import Testing

/// Secrets are compared in one file, which takes the same time wherever the first difference is (T39).
struct SecretComparisonTests {
    /// The file that compares.
    private static let file = "Sources/LoginDomain/SecretDigest.swift"

    /// A comparison of what a secret is made of, which would stop at the first difference.
    private static let patterns = [
        #"\b(exposed|bytes)\b[?!]?\s*[!=]="#, #"[!=]=\s*[\w.?!]*\.(exposed|bytes)\b"#,
        #"\bexposed\s*\.\s*(elementsEqual|starts|hasPrefix|hasSuffix|contains)\b"#,
        #"\.bytes\s*\.\s*elementsEqual\b"#,
        #"\b(elementsEqual|starts\(with:|hasPrefix\(|hasSuffix\()[^\n]*\b(exposed|\.bytes)\b"#,
        #"\b(memcmp|strcmp|strncmp)\b"#,
        #"\b(struct|extension)\s+Secret\b[^{]*\b(Equatable|Hashable|Comparable)\b"#,
        #"func\s*==[^{]*\bSecret(Digest)?\b"#,
    ]

    /// The rooms that hold secrets; others compare bytes of pictures and frames.
    private static let rooms = [
        "LoginDomain", "LoginStore", "LoginStoreSQLite", "LoginService", "LoginServer",
        "login-server", "WeChatClient",
    ]

    private static func sightings(in text: String) throws -> [String] {
        let code = SwiftSource.code(of: text)
        return try patterns.flatMap { pattern in
            code.matches(of: try Regex(pattern).wordBoundaryKind(.simple)).map {
                String(code[$0.range])
            }
        }
    }

    @Test func `T39: secrets are compared in one file alone`() throws {
        for room in Self.rooms {
            let files = try ProjectTree.swiftFiles(under: "Sources/\(room)")
            #expect(!files.isEmpty, "\(room)")
            for file in files where file.path != Self.file {
                #expect(try Self.sightings(in: file.text) == [], "\(file.path)")
            }
        }
        #expect(try Self.sightings(in: ProjectTree.text(Self.file)).count == 1)
    }

    @Test(arguments: [
        "if cookie.exposed == presented { }", "guard a.bytes != b.bytes else { return }",
        "return left == right.exposed", "found?.bytes == wanted",
        "secret.exposed.hasPrefix(text)", "text.hasPrefix(secret.exposed)",
        "left.bytes.elementsEqual(right.bytes)", "memcmp(a, b, 32) == 0",
        "extension Secret: Equatable {}", "extension Secret: @retroactive Hashable where A: B {",
        "static func == (left: Secret, right: Secret) -> Bool {",
    ])
    func `T39: a comparison that stops early is noticed`(code: String) throws {
        #expect(try !Self.sightings(in: code).isEmpty)
    }

    @Test(arguments: [
        "// exposed == presented", "let samePhone = self.phone == phone",
        "secretDigest(of: exposed)", "digest.bytes.count == 32", "struct SecretDigest: Hashable {",
    ])
    func `what only looks like one is let through`(code: String) throws {
        #expect(try Self.sightings(in: code) == [])
    }
}
