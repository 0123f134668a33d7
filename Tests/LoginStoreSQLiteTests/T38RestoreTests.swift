import Foundation
import LoginDomain
import LoginStore
import Synchronization
import Testing

@testable import LoginStoreSQLite

/// An older database that takes the place of a newer one revives nothing, and nobody else serves a
/// database that is being served.
struct T38RestoreTests {
    // MARK: - One server

    @Test func `T38: a database that is being served is refused to a second server`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (first, _) = try serve(path)
            #expect {
                _ = try serve(path)
            } throws: { error in
                "\(error)".contains("serves the database \(path) (process \(getpid())).")
                    && !"\(error)".contains("\n")
            }
            // The first is unharmed, and goes on.
            try await Story().logIn(first)
            try first.close()
            try serve(path).store.close()
        }
    }

    @Test func `T38: the second server changes nothing before it is refused`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (first, _) = try serve(path)
            try await Story().open(first)
            let raw = try RawDatabase(path: path)
            let (rows, mark) = (try raw.contents(), bytes(of: path + "-epoch"))
            #expect(throws: SQLiteOpenError.self) { _ = try serve(path) }
            #expect(try raw.contents() == rows)
            #expect(bytes(of: path + "-epoch") == mark)
            try raw.close()
            try first.close()
        }
    }

    @Test func `T38: operators' commands need no lock`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (server, _) = try serve(path)
            let story = try Story()
            try await story.register(server)
            let command = try SQLiteLoginStore(path: path)
            #expect(try await command.setRole("admin", of: story.user))
            #expect(try await server.user(story.user)?.role == "admin")
            try command.close()
            // It was written beside the server, and is no reason for a new epoch.
            try await story.open(server)
            try server.close()
            let (again, start) = try serve(path)
            #expect(start.newEpoch == nil)
            try again.close()
        }
    }

    @Test(arguments: [false, true])
    func `T38: a server whose lock was taken away writes nothing more`(
        isReplaced: Bool
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (mark, away) = (path + "-epoch", "\(folder)/away")
            let story = try Story()
            let (server, _) = try serve(path)
            try await story.logIn(server)
            try FileManager.default.moveItem(atPath: mark, toPath: away)
            // Nobody holds the lock of the new file: a second server may start.
            var second: SQLiteLoginStore?
            if isReplaced { second = try serve(path).store }
            let lost = LoginStoreError.unavailable(
                "the -epoch file with the lock of this server is gone or was replaced"
            )
            await #expect(throws: lost) {
                try await server.touchSession(story.session, at: Story.at(99))
            }
            #expect(try await server.session(story.session)?.seenAt != Story.at(99))
            try second?.close()
            try? FileManager.default.removeItem(atPath: mark)
            try FileManager.default.moveItem(atPath: away, toPath: mark)
            if !isReplaced {
                // Back in its place, it goes on.
                try await server.touchSession(story.session, at: Story.at(99))
                #expect(try await server.session(story.session)?.seenAt == Story.at(99))
            }
            try server.close()
        }
    }

    // MARK: - Epochs

    @Test func `T38: a restart is no new epoch, however the server ended`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let (first, start) = try serve(path)
            #expect(start.epoch == 1)
            #expect(start.newEpoch == nil)
            #expect(start.warnings == [])
            try await story.open(first)
            // As a kill leaves them: the files as they are, and no goodbye.
            let crashed = "\(folder)/crashed.sqlite"
            for suffix in ["", "-wal", "-epoch"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: crashed + suffix)
            }
            try first.close()
            for path in [path, crashed] {
                let (again, start) = try serve(path)
                #expect(start.epoch == 1)
                #expect(start.warnings == [])
                #expect(try await again.attempt(.scene(story.attempt.scene)) == story.attempt)
                try again.close()
            }
        }
    }

    /// How an older database takes the place of a newer one.
    enum Restore: CaseIterable, Sendable {
        case copyOfTheFile
        case backup
        case copyOfTheFileFromBeforeTheFirstStart
    }

    @Test(arguments: Restore.allCases, [false, true])
    func `T38: what was used after the copy was made is dead once the copy is put back`(
        _ restore: Restore,
        keepsSessions: Bool
    ) async throws {
        try await withFolder { folder in
            let (path, copy) = ("\(folder)/login.sqlite", "\(folder)/copy.sqlite")
            let (story, before) = (try Story(seed: 1), try Story(seed: 2))
            if restore == .copyOfTheFileFromBeforeTheFirstStart {
                let store = try SQLiteLoginStore(path: path)
                try await story.prepare(store, loggingIn: before)
                try store.close()
                try FileManager.default.copyItem(atPath: path, toPath: copy)
            }
            var (server, start) = try serve(path)
            switch restore {
            case .copyOfTheFileFromBeforeTheFirstStart:
                break
            case .copyOfTheFile:
                try await story.prepare(server, loggingIn: before)
                try server.close()
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                (server, start) = try serve(path)
            case .backup:
                try await story.prepare(server, loggingIn: before)
                try SQLiteBackup.write(of: path, to: copy, replacing: false)
            }
            // The login is collected, and the one before it ends.
            try await story.redeem(server, ending: before.session)
            try server.close()

            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            (server, start) = try serve(path, keepsSessions: keepsSessions)
            let reason: ServingStart.NewEpoch =
                switch restore {
                case .copyOfTheFile: .older
                case .backup: .backup
                case .copyOfTheFileFromBeforeTheFirstStart: .foreign
                }
            #expect(start.newEpoch == reason)
            #expect(start.epoch > 1)
            #expect(start.endedAttempts == 1)
            #expect(start.endedPhoneSessions == 2)
            #expect(start.endedBrowserSessions == (keepsSessions ? 0 : 1))
            #expect(start.warnings.count == 1)
            let row = try #require(try await server.attempt(.cookie(story.attempt.cookie)))
            #expect(row.state == .expired)
            #expect(row.seq == 4)
            let again = try await server.redeemAttempt(
                .cookie(story.attempt.cookie),
                as: story.newLogin,
                ending: nil,
                at: Story.at(14)
            )
            #expect(again?.outcome == .notConfirmed)
            #expect(try await server.phoneSession(story.phone.token) == nil)
            #expect(try await !server.claimCode(story.code, until: Story.at(99), at: Story.at(14)))
            let session = try await server.session(before.session)
            #expect((session != nil) == keepsSessions)
            let last = try await server.timeline(story.attempt.supportCode).last
            #expect(last?.reason == .databaseRestored)
            try server.close()

            // The new epoch is a life like any other.
            let (later, second) = try serve(path)
            #expect(second.newEpoch == nil)
            #expect(second.epoch == start.epoch)
            try later.close()
        }
    }

    @Test func `T38: a copy that was put back while the server was killed is noticed too`()
        async throws
    {
        try await withFolder { folder in
            let (path, copy) = ("\(folder)/login.sqlite", "\(folder)/copy.sqlite")
            let story = try Story()
            let (server, _) = try serve(path)
            try await story.prepare(server, loggingIn: try Story(seed: 2))
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            try await story.redeem(server)
            // Killed: only the mark beside the database knows of the redeemed login.
            let mark = try #require(bytes(of: path + "-epoch"))
            try server.close()
            try mark.write(to: URL(filePath: copy + "-epoch"))
            try setMode(0o600, of: copy + "-epoch")
            let (restored, start) = try serve(copy)
            #expect(start.newEpoch == .older)
            #expect(
                try await restored.attempt(.cookie(story.attempt.cookie))?.state == .expired
            )
            try restored.close()
        }
    }

    @Test func `T38: a backup beside the journal of the database before it is refused, and stays`()
        async throws
    {
        try await withFolder { folder in
            let (path, copy) = ("\(folder)/login.sqlite", "\(folder)/copy.sqlite")
            let restored = "\(folder)/restored.sqlite"
            let (story, later) = (try Story(seed: 1), try Story(seed: 2))
            let (server, _) = try serve(path)
            try await story.logIn(server)
            try SQLiteBackup.write(of: path, to: copy, replacing: false)
            try await later.logIn(server)
            // Killed, and the backup copied over the database alone.
            try FileManager.default.copyItem(atPath: copy, toPath: restored)
            for suffix in ["-wal", "-epoch"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: restored + suffix)
            }
            try server.close()
            let sentence =
                "\(restored) is a backup, and \(restored)-wal belongs to the database before it. "
                + "Delete \(restored)-wal and \(restored)-shm, then start again."
            let calls: [() throws -> Void] = [
                { try serve(restored).store.close() },
                // A command would replay the journal just as well.
                { try SQLiteLoginStore(path: restored).close() },
                {
                    try SQLiteBackup.write(
                        of: restored,
                        to: "\(folder)/b.sqlite",
                        replacing: false
                    )
                },
            ]
            for call in calls {
                #expect {
                    try call()
                } throws: {
                    "\($0)" == sentence
                }
                #expect(bytes(of: restored) == bytes(of: copy))
            }

            // What the sentence says helps.
            try FileManager.default.removeItem(atPath: restored + "-wal")
            let (again, start) = try serve(restored)
            #expect(start.newEpoch == .backup)
            #expect(try await again.user(story.user) != nil)
            #expect(try await again.user(later.user) == nil)
            // Killed at once: the journal is its own now, though the file may still say backup.
            let crashed = "\(folder)/crashed.sqlite"
            for suffix in ["", "-wal", "-epoch"] {
                try FileManager.default.copyItem(
                    atPath: restored + suffix,
                    toPath: crashed + suffix
                )
            }
            try again.close()
            #expect(try #require(bytes(of: crashed + "-wal")).count > 0)
            #expect(try serveAndClose(crashed).newEpoch == nil)
        }
    }

    @Test func `T38: a database without its mark, or with another's, begins a new epoch`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let other = "\(folder)/other.sqlite"
            try serve(path).store.close()
            try FileManager.default.removeItem(atPath: path + "-epoch")
            var start = try serveAndClose(path)
            #expect(start.newEpoch == .unmarked)
            #expect(start.epoch == 2)
            try Data("nonsense".utf8).write(to: URL(filePath: path + "-epoch"))
            start = try serveAndClose(path)
            #expect(start.newEpoch == .unmarked)
            #expect(start.epoch == 3)
            _ = try serveAndClose(other)
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: other, toPath: path)
            start = try serveAndClose(path)
            #expect(start.newEpoch == .foreign)
            #expect(start.epoch == 4)
            #expect(try serveAndClose(path).newEpoch == nil)
        }
    }

    @Test func `T37: the file with the epoch is for its owner alone, or refused`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try serve(path).store.close()
            let mark = path + "-epoch"
            #expect(try mode(of: mark) == 0o600)
            try setMode(0o644, of: mark)
            #expect(throws: SQLiteOpenError.self) { _ = try serve(path) }
            try FileManager.default.removeItem(atPath: mark)
            try FileManager.default.createSymbolicLink(
                atPath: mark,
                withDestinationPath: "\(folder)/elsewhere"
            )
            #expect(throws: SQLiteOpenError.self) { _ = try serve(path) }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/elsewhere"))
        }
    }

    @Test(arguments: [false, true])
    func `T38: what a website used after the copy was made is dead once the copy is put back`(
        keepsSessions: Bool
    ) async throws {
        try await withFolder { folder in
            let (path, copy) = ("\(folder)/login.sqlite", "\(folder)/copy.sqlite")
            let website = try Website()
            let story = try Story(for: website.parked)
            var (server, start) = try serve(path)
            try await website.register(server)
            try await story.logIn(server)
            try await website.fill(server, after: story)
            let session = try #require(try await server.session(story.session))
            try SQLiteBackup.write(of: path, to: copy, replacing: false)
            // Then the code is used, the token given back, both requests are answered.
            let issued = website.grant(seed: 1003, session)
            let redeemed = website.grant(seed: 1004, session)
            try await website.redeem(issued, server)
            _ = try await server.updateGrant(.token(redeemed.token)) { $0.revoke() }
            try await server.dropPending(of: story.session)
            try await server.unpark(website.row(seed: 1001).cookie)
            try server.close()

            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            (server, start) = try serve(path, keepsSessions: keepsSessions)
            #expect(start.endedGrants == 3)
            #expect(start.warnings.first?.contains("3 grants of websites") == true)
            for seed: UInt64 in 1003...1005 {
                let (grant, token) = website.grant(seed: seed, session)
                #expect(try await server.grant(.code(grant.code)) == nil)
                #expect(try await server.grant(.token(token)) == nil)
            }
            #expect(try await server.parked(website.row(seed: 1001).cookie) == nil)
            let restored = try await server.session(story.session)
            #expect((restored != nil) == keepsSessions)
            #expect(restored?.pending == nil)
            // The websites themselves and their names for users are as they were.
            #expect(try await server.relyingParty(website.party.id) == website.party)
            #expect(try await server.signingKeys().count == 2)
            try server.close()
        }
    }

    @Test func `T38: what an operator has to end once more is named when a copy is put back`()
        async throws
    {
        try await withFolder { folder in
            let (path, copy) = ("\(folder)/login.sqlite", "\(folder)/copy.sqlite")
            let website = try Website()
            var (server, start) = try serve(path)
            try await website.register(server)
            try await server.addSigningKey(Website.key(seed: 1))
            try await server.addSigningKey(Website.key(seed: 2))
            try SQLiteBackup.write(of: path, to: copy, replacing: false)
            // A key is revoked and a website removed, and both come back.
            #expect(try await server.removeSigningKey("kid-1"))
            #expect(try await server.removeRelyingParty(website.other.id))
            try server.close()
            #expect(try serveAndClose(path).warnings == [])
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            (server, start) = try serve(path)
            #expect(try await server.signingKeys().map(\.kid) == ["kid-1", "kid-2"])
            #expect(try await server.relyingParty(website.other.id) != nil)
            try server.close()
            let keys = start.warnings.filter { $0.contains("kid-1, kid-2.") }
            #expect(keys.count == 1, "\(start.warnings)")
            #expect(keys.first?.contains("login-server keys revoke") == true)
            let clients = start.warnings.filter { $0.contains(website.other.id.text) }
            #expect(clients.count == 1, "\(start.warnings)")
            #expect(clients.first?.contains("login-server clients rotate-secret") == true)
            // The secrets of the configuration are those that it says.
            #expect(!start.warnings.contains { $0.contains(website.party.id.text) })
            // It is told once.
            #expect(try serveAndClose(path).warnings == [])
        }
    }

    private func serveAndClose(_ path: String) throws -> ServingStart {
        let (store, start) = try serve(path)
        try store.close()
        return start
    }
}

/// Opens a database as the server does.
func serve(
    _ path: String,
    at now: Timestamp = Story.at(14),
    boot: String? = "boot",
    sinceBoot: Duration = .seconds(1000),
    keepsSessions: Bool = false
) throws -> (store: SQLiteLoginStore, start: ServingStart) {
    try SQLiteLoginStore.serve(
        path: path,
        clock: ClockReading(now: now, boot: boot, sinceBoot: sinceBoot),
        keepsSessions: keepsSessions
    )
}

extension Story {
    /// A browser that is logged in, as somebody else, and whose next login is confirmed.
    func prepare(_ store: some LoginStore, loggingIn before: Story) async throws {
        try await before.logIn(store)
        try await open(store)
        try await claim(store)
        try await register(store)
        try await openPhone(store)
        try await scan(store)
        try await confirm(store)
    }
}
