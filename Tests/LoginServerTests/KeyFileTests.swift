import Foundation
import LoginDomain
import OpenIDConnect
import TestSupport
import Testing

@testable import LoginServer

/// The file that signing keys are encrypted under (T22, T37).
struct KeyFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("key-file-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func flaw(of file: KeyFile) -> String? {
        do {
            _ = try file.read()
            return nil
        } catch {
            return error.description
        }
    }

    private static let good = String(repeating: "5a", count: 32)

    private func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func `T37 a key file is made for its owner alone, under any umask, and read again`()
        throws
    {
        try withFolder { folder in
            let file = KeyFile(path: "\(folder)/key")
            #expect(try file.read() == nil)
            let before = umask(0)
            defer { umask(before) }
            var dice = SeededDice(seed: 1)
            let made = try file.make(using: &dice)
            let found = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect((found[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let row = try made.seal(
                pem: TestKeys.ec,
                publishedAt: Timestamp(milliseconds: 0),
                using: &dice
            )
            let read = try #require(try file.read())
            #expect(try read.open(row).kid == row.kid)
        }
    }

    @Test func `T22 a key file that is there is never written over`() throws {
        try withFolder { folder in
            let file = KeyFile(path: "\(folder)/key")
            for text in [Self.good, "", "no key"] {
                try write(text, to: file.path)
                var dice = SeededDice(seed: 1)
                #expect(throws: KeyFile.Flaw.self) { try file.make(using: &dice) }
                #expect(try String(contentsOfFile: file.path, encoding: .utf8) == text)
            }
        }
    }

    @Test(arguments: [0o644, 0o640, 0o602, 0o601, 0o660])
    func `T37 a key file that others could read or change is refused, with the cure`(
        mode: Int
    ) throws {
        try withFolder { folder in
            let path = "\(folder)/key"
            try write(Self.good, to: path, mode: mode)
            #expect(flaw(of: KeyFile(path: path))?.hasSuffix("chmod 600 \(path)") == true)
            // A link to it is no way around.
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link",
                withDestinationPath: path
            )
            #expect(flaw(of: KeyFile(path: "\(folder)/link"))?.contains("open to others") == true)
        }
    }

    @Test func `T36 a key file of another user is refused, with the cure`() throws {
        try withFolder { folder in
            let path = "\(folder)/key"
            try write(Self.good, to: path)
            let stranger = geteuid() + 1
            let said = #expect(throws: KeyFile.Flaw.self) {
                try KeyFile(path: path).read(as: stranger)
            }
            #expect(said?.description.contains("chown") == true)
            #expect(said?.description.contains(path) == true)
            let own = try KeyFile(path: path).read()
            #expect(own != nil)
        }
    }

    @Test(arguments: ["data/key", "data/deep/key", "data/../data/key", "link/key", "key-link"])
    func `T36 a key file inside the data folder is refused, with the cure, by whatever path`(
        name: String
    ) throws {
        try withFolder { folder in
            let files = FileManager.default
            try files.createDirectory(
                atPath: "\(folder)/data/deep",
                withIntermediateDirectories: true
            )
            for inside in ["data/key", "data/deep/key"] {
                try write(Self.good, to: "\(folder)/\(inside)")
            }
            try files.createSymbolicLink(
                atPath: "\(folder)/link",
                withDestinationPath: "\(folder)/data"
            )
            try files.createSymbolicLink(
                atPath: "\(folder)/key-link",
                withDestinationPath: "\(folder)/data/key"
            )
            for database in ["data/x.sqlite", "link/x.sqlite"] {
                let said = #expect(throws: KeyFile.Flaw.self) {
                    try KeyFile(path: "\(folder)/\(name)")
                        .judgePlace(besides: "\(folder)/\(database)")
                }
                #expect(said?.description.contains("SCAN_LOGIN_KEY_FILE") == true)
            }
        }
    }

    @Test func `T36 a key file that is not made yet may not come to lie in the data folder`() throws
    {
        try withFolder { folder in
            let database = "\(folder)/data/x.sqlite"
            try FileManager.default.createDirectory(
                atPath: "\(folder)/data",
                withIntermediateDirectories: false
            )
            #expect(throws: KeyFile.Flaw.self) {
                try KeyFile(path: "\(folder)/data/new").judgePlace(besides: database)
            }
            // A name that only begins as the folder's does is beside it, as a developer's own is.
            try KeyFile(path: "\(folder)/data.key").judgePlace(besides: database)
            try KeyFile(besideFolderOf: database).judgePlace(besides: database)
        }
    }

    @Test(arguments: ["", "secret\n", "correct horse battery staple, twice", good + "00"])
    func `T22 a key file without a key is refused, and is not repeated`(text: String) throws {
        try withFolder { folder in
            let path = "\(folder)/key"
            try write(text, to: path)
            let said = flaw(of: KeyFile(path: path)) ?? ""
            #expect(said.contains("openssl rand -hex 32") && !said.contains("\n"))
            #expect(text.isEmpty || !said.contains(text.prefix(20)))
        }
    }

    @Test func `what is no file is refused`() throws {
        try withFolder { folder in
            #expect(flaw(of: KeyFile(path: folder))?.contains("is not a file") == true)
            let behind = KeyFile(path: "\(folder)/none/key")
            let found = try behind.read()
            #expect(found == nil)
            var dice = SeededDice(seed: 1)
            #expect(throws: KeyFile.Flaw.self) { try behind.make(using: &dice) }
        }
    }

    @Test(arguments: [
        ("/srv/login/data/scan-login.sqlite", "/srv/login/data.key"),
        ("/srv/login/../login/data/x.sqlite", "/srv/login/data.key"),
        ("/x.sqlite", "/.key"),
    ])
    func `a developer's key file is beside the folder of the database`(
        database: String,
        path: String
    ) {
        #expect(KeyFile(besideFolderOf: database).path == path)
    }

    @Test func `a relative database has its key file beside its folder too`() {
        let here = FileManager.default.currentDirectoryPath
        #expect(KeyFile(besideFolderOf: "data/x.sqlite").path == "\(here)/data.key")
        #expect(KeyFile(besideFolderOf: "x.sqlite").path == "\(here).key")
    }
}
