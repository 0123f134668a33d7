import Foundation
import Testing

/// Signing keys of a real server: at rest, at its start, and under an operator's hands (T22).
@Suite(.timeLimit(.minutes(10)))
struct KeyCommandTests {
    private struct Key: Decodable {
        var kid: String
        var algorithm: String?
        var state: String
    }

    private func run(
        _ arguments: [String],
        _ database: String,
        settings: [String: String] = [:]
    ) async throws -> Programs.Ended {
        var settings = settings
        settings["SCAN_LOGIN_MODE", default: "development"] += ""
        settings["SCAN_LOGIN_LIMITS_CONNECTIONS"] = "100"
        return try await Programs.end(
            "login-server",
            arguments + ["--database", database],
            environment: settings
        )
    }

    private func list(
        _ database: String,
        settings: [String: String] = [:]
    ) async throws -> [Key] {
        let listed = try await run(["keys", "list", "--json"], database, settings: settings)
        #expect(listed.status == 0, "\(listed.errors)")
        return try listed.output.split(separator: "\n").map {
            try JSONDecoder().decode(Key.self, from: Data($0.utf8))
        }
    }

    /// The kids of `/jwks.json`, once there are so many, or after half a minute.
    private func published(_ url: String, count: Int) async throws -> [String] {
        struct Keys: Decodable {
            struct Key: Decodable { var kid: String }
            var keys: [Key]
        }
        let begin = ContinuousClock.now
        while true {
            let text = try await Loopback.text(url + "/jwks.json")
            let kids = try JSONDecoder().decode(Keys.self, from: Data(text.utf8)).keys.map(\.kid)
            if kids.count == count || ContinuousClock.now - begin > .seconds(120) { return kids }
        }
    }

    private func withServer<Value: Sendable>(
        _ database: String,
        settings: [String: String] = [:],
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await Programs.with(
            "login-server",
            ["serve", "--mode", "development", "--port", "0", "--database", database],
            environment: settings
        ) { try await body($0.url) }
    }

    private static func mode(of file: String) throws -> Int? {
        let found = try FileManager.default.attributesOfItem(atPath: file)
        return (found[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test
    func `T22 the first start makes a key and its key file, and no clear key lies anywhere`()
        async throws
    {
        try await Programs.withFolder { folder in
            let database = "\(folder)/data/login.sqlite"
            let kids = try await withServer(database) { url in
                try await published(url, count: 1)
            }
            let keys = try await list(database)
            #expect(keys.map(\.kid) == kids)
            #expect(keys.map(\.algorithm) == ["RS256"])
            #expect(keys.map(\.state) == ["signing"])
            // Beside the data folder, for its owner alone.
            #expect(try Self.mode(of: "\(folder)/data.key") == 0o600)
            #expect(try Self.mode(of: "\(folder)/data") == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["data", "data.key"])
            let file = try String(contentsOfFile: "\(folder)/data.key", encoding: .utf8)
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/data") {
                let bytes = try Data(contentsOf: URL(filePath: "\(folder)/data/\(name)"))
                for clear in ["PRIVATE KEY", "MIIG", String(file.prefix(64))] {
                    #expect(bytes.range(of: Data(clear.utf8)) == nil, "\(clear) in \(name)")
                }
            }
            // The next start makes no other.
            let kidsAgain = try await withServer(database) { try await published($0, count: 1) }
            #expect(kidsAgain == kids)
            let again = try String(contentsOfFile: "\(folder)/data.key", encoding: .utf8)
            #expect(again == file)
        }
    }

    @Test func `T22 a rotated key is published by the running server and does not sign yet`()
        async throws
    {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            try await withServer(database) { url in
                let first = try await published(url, count: 1)
                let rotated = try await run(
                    ["keys", "rotate", "--algorithm", "ES256"],
                    database
                )
                #expect(rotated.status == 0, "\(rotated.errors)")
                #expect(rotated.errors.contains("insist on RS256"), "\(rotated.errors)")
                let key = try JSONDecoder().decode(Key.self, from: Data(rotated.output.utf8))
                #expect(key.algorithm == "ES256")
                #expect(key.state == "next")
                let begin = ContinuousClock.now
                // The one that signs is told first.
                #expect(try await published(url, count: 2) == first + [key.kid])
                // A busy machine may be late; the product's own 3 s are two of looking.
                #expect(ContinuousClock.now - begin < .seconds(20))
                // Another one would change nothing.
                let again = try await run(["keys", "rotate"], database)
                #expect(again.status == 1)
                #expect(again.output.isEmpty)
                #expect(
                    again.errors.contains("keys revoke \(key.kid)")
                        && again.errors.contains("signs from 20"),
                    "\(again.errors)"
                )
                #expect(try await list(database).count == 2)
                // Unless told otherwise, the next is of the same kind.
                _ = try await run(["keys", "revoke", first[0]], database)
                let next = try await run(["keys", "rotate"], database)
                #expect(next.output.contains(#""algorithm":"ES256""#), "\(next.output)")
            }
        }
    }

    @Test func `T22 a revoked key is gone from the running server, and another one signs`()
        async throws
    {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            try await withServer(database) { url in
                let first = try await published(url, count: 1)
                _ = try await run(["keys", "rotate", "--algorithm", "ES256"], database)
                let both = try await published(url, count: 2)
                let revoked = try await run(["keys", "revoke", first[0]], database)
                #expect(revoked.status == 0, "\(revoked.errors)")
                #expect(try await published(url, count: 1) == [both[1]])
                #expect(try await list(database).map(\.state) == ["signing"])
                // The last one has a successor before it goes.
                let last = try await run(["keys", "revoke", both[1]], database)
                #expect(last.status == 0, "\(last.errors)")
                let key = try JSONDecoder().decode(Key.self, from: Data(last.output.utf8))
                #expect(key.algorithm == "RS256")
                #expect(key.state == "signing")
                #expect(try await list(database).map(\.kid) == [key.kid])
                let unknown = try await run(["keys", "revoke", both[1]], database)
                #expect(unknown.status == 1)
                #expect(unknown.errors.contains("There is no signing key"), "\(unknown.errors)")
            }
        }
    }

    @Test
    func `T22 with a key file that is wrong, broken or gone nothing starts, and no key is made`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (database, file) = ("\(folder)/data/login.sqlite", "\(folder)/data.key")
            let kids = try await withServer(database) { try await published($0, count: 1) }
            let good = try Data(contentsOf: URL(filePath: file))
            let changes: [(String, () throws -> Void)] = [
                (
                    "does not open the database's signing key",
                    {
                        let other = Data("\(String(repeating: "a5", count: 32))\n".utf8)
                        try other.write(to: URL(filePath: file))
                    }
                ),
                (
                    "must hold 32 bytes",
                    { try Data("corrupt".utf8).write(to: URL(filePath: file)) }
                ),
                (
                    "open to others",
                    {
                        try FileManager.default.setAttributes(
                            [.posixPermissions: 0o644],
                            ofItemAtPath: file
                        )
                    }
                ),
                ("is gone", { try FileManager.default.removeItem(atPath: file) }),
            ]
            for (words, change) in changes {
                try change()
                let refused = try await run(["serve", "--port", "0"], database)
                #expect(refused.status == 78, "\(words): \(refused.errors)")
                #expect(refused.output.isEmpty)
                #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
                #expect(refused.errors.contains(words), "\(refused.errors)")
                let rotated = try await run(["keys", "rotate"], database)
                #expect(rotated.status == 78, "\(words): \(rotated.errors)")
                #expect(try await list(database).map(\.kid) == kids, "\(words)")
            }
            #expect(!FileManager.default.fileExists(atPath: file))
            // Put back, all is as it was.
            _ = FileManager.default.createFile(
                atPath: file,
                contents: good,
                attributes: [.posixPermissions: 0o600]
            )
            let again = try await withServer(database) { try await published($0, count: 1) }
            #expect(again == kids)
        }
    }

    @Test func `keys are made before the first start, and production wants its key file for it`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (database, file) = ("\(folder)/data/login.sqlite", "\(folder)/keys")
            let production = ["SCAN_LOGIN_MODE": "production"]
            let without = try await run(["keys", "rotate"], database, settings: production)
            #expect(without.status == 78)
            #expect(without.errors.contains("SCAN_LOGIN_KEY_FILE is missing"), "\(without.errors)")
            let settings = production.merging(["SCAN_LOGIN_KEY_FILE": file]) { $1 }
            let missing = try await run(["keys", "rotate"], database, settings: settings)
            #expect(missing.status == 78)
            #expect(missing.errors.contains("openssl rand -hex 32"), "\(missing.errors)")
            #expect(!FileManager.default.fileExists(atPath: file))
            // Development makes it.
            let made = try await run(
                ["keys", "rotate"],
                database,
                settings: ["SCAN_LOGIN_KEY_FILE": file]
            )
            #expect(made.status == 0, "\(made.errors)")
            #expect(try Self.mode(of: file) == 0o600)
            let keys = try await list(database, settings: settings)
            #expect(keys.map(\.state) == ["signing"])
            try await withServer(database, settings: ["SCAN_LOGIN_KEY_FILE": file]) { url in
                let kids = try await published(url, count: 1)
                #expect(kids == keys.map(\.kid))
            }
            // Without the key file a list has no kinds, and is one all the same.
            #expect(try await list(database, settings: production).map(\.algorithm) == [nil])
            let text = try await run(["keys", "list"], database, settings: settings).output
            #expect(text.hasPrefix("\(keys[0].kid)\tRS256\tsigning\t"), "\(text)")
        }
    }
}
