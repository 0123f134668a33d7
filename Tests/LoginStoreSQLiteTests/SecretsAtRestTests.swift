import Foundation
import LoginDomain
import LoginService
import LoginStoreSQLite
import TestSupport
import Testing

/// A copy of the database opens nothing.
struct SecretsAtRestTests {
    @Test
    func `T36: after a whole login no secret lies in any file of the database, nor in a backup`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let house = LoginHouse(store: store)
            let first = try await house.open()
            let opened = try await house.open(superseding: first.cookie)
            let phone = try await house.phone("alice")
            let scene = try house.scene(opened)
            let scanned = try await house.service.scan(scene, by: phone)
            house.time.advance(by: house.policy.confirmDelay)
            try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: phone)
            let login = try await house.service.complete(opened.cookie, ending: nil)
            let secrets = [
                first.cookie.exposed, try house.scene(first), opened.cookie.exposed, scene,
                try #require(phone.token).exposed, scanned.nonce.exposed, login.session.exposed,
                "code-alice-1", "code-mallory-1", "nonce-canary-01",
                "scene-canary-0123456789", LoginHouse.appSecret, "SESSIONKEYCANARY0000000==",
                "token-1",
            ]
            // With refusals, which are written down too, and a backup.
            let mallory = try await house.phone("mallory")
            _ = try? await house.service.scan(scene, by: mallory)
            _ = try? await house.service.confirm(scene, nonce: "nonce-canary-01", by: mallory)
            _ = try? await house.service.scan("scene-canary-0123456789", by: mallory)
            await house.service.writeAudit()
            try SQLiteBackup.write(of: path, to: "\(folder)/backup.sqlite", replacing: false)
            let openFiles = try Self.files(in: folder)
            #expect(openFiles.map(\.name).count == 4)
            try store.close()
            for (name, bytes) in openFiles + (try Self.files(in: folder)) {
                for secret in secrets {
                    for form in Self.forms(of: secret) {
                        #expect(bytes.range(of: form) == nil, "\(secret) in \(name)")
                    }
                }
            }
            // The search can find: what is no secret is there.
            let all = openFiles.reduce(Data()) { $0 + $1.bytes }
            #expect(all.range(of: Data(login.user.id.text.utf8)) != nil)
            #expect(all.range(of: Data(LoginHouse.browser.userAgent.utf8)) != nil)
        }
    }

    private static func files(in folder: String) throws -> [(name: String, bytes: Data)] {
        try names(in: folder).map { ($0, bytes(of: "\(folder)/\($0)") ?? Data()) }
    }

    /// How a secret could lie there: its beginning as text, as base64, as hex, as its own bytes.
    private static func forms(of secret: String) -> [Data] {
        let text = Data(secret.utf8)
        let hex = text.map { String($0, radix: 16) }.joined()
        let standard = secret.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
        let forms: [Data?] = [
            text.prefix(12), Data(text.base64EncodedString().utf8).prefix(15),
            Data(hex.utf8).prefix(24),
            Data(hex.uppercased().utf8).prefix(24), Data(base64Encoded: padded)?.prefix(12),
        ]
        return forms.compactMap { $0 }.filter { $0.count >= 7 }
    }
}
