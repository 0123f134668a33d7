import Foundation
import LoginDomain
import LoginService
import LoginStore
import LoginStoreSQLite
import TestSupport
import Testing

/// Logins come and go for a day, by a clock that is moved: rows, file and memory stop growing.
///
/// `CHURN_CSV=FILE` makes it a measurement: more logins an hour (`CHURN_RATE`), and a line an hour
/// into FILE: hour, rows of attempts, rows of the audit log, bytes of the file, bytes of the journal,
/// resident memory, and the longest slice of forgetting in milliseconds.
struct T34ChurnTests {
    @Test(.timeLimit(.minutes(10)))
    func `T34: after a few hours of logins nothing grows any more, and no table passes its cap`()
        async throws
    {
        let environment = ProcessInfo.processInfo.environment
        let rate = environment["CHURN_RATE"].flatMap(Int.init) ?? 60
        var policy = LoginPolicy()
        policy.endedAttempt = .seconds(4 * 3600)
        policy.audit = .seconds(4 * 3600)
        policy.session = .seconds(4 * 3600)
        policy.rows.endedAttempts = 3 * rate
        policy.rows.auditEntries = 12 * rate
        policy.rows.liveAttempts = 2 * rate
        policy.phoneLoginsPerUserPerMinute = 1_000_000
        policy.attemptsPerAddressPerMinute = 1_000_000
        policy.attemptsPerAddressBurst = 1_000_000
        policy.codesPerMinute = 1_000_000
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path, caps: policy.rows)
            let house = LoginHouse(policy: policy, store: store)
            let website = try Website()
            try await website.register(store)
            let raw = try RawDatabase(path: path)
            var hours: [Hour] = []
            var csv = "hour,attempts,audit,file,journal,resident,slice_ms\n"
            for hour in 0..<24 {
                try await Self.oneHour(house, store, website, rate: rate, run: hour)
                let slice = try await Self.forget(house, store)
                let found = Hour(
                    attempts: try raw.number("SELECT count(*) FROM attempt"),
                    audit: try raw.number("SELECT count(*) FROM audit"),
                    others: try raw.number(
                        """
                        SELECT max((SELECT count(*) FROM phone_session),
                            (SELECT count(*) FROM used_code),
                            (SELECT count(*) FROM browser_session),
                            (SELECT count(*) FROM parked), (SELECT count(*) FROM website_grant))
                        """
                    ),
                    file: bytes(of: path)?.count ?? 0,
                    journal: bytes(of: path + "-wal")?.count ?? 0
                )
                hours.append(found)
                csv += """
                    \(hour),\(found.attempts),\(found.audit),\(found.file),\(found.journal),\
                    \(Self.residentBytes()),\(slice)

                    """
            }
            for hour in hours {
                #expect(hour.attempts <= policy.rows.liveAttempts + policy.rows.endedAttempts)
                #expect(hour.audit <= policy.rows.auditEntries)
                #expect(hour.others <= 5 * rate)
            }
            // A plateau: the last eight hours are no larger than the eight before them.
            let (middle, last) = (hours[8..<16], hours[16...])
            #expect(last.map(\.file).max() ?? 0 <= (middle.map(\.file).max() ?? 0) * 11 / 10)
            #expect(last.map(\.journal).max() ?? 0 <= 8 << 20)
            #expect(hours[0].attempts > 0)
            #expect(try raw.column("PRAGMA integrity_check") == ["ok"])
            let counts = try raw.column(
                """
                SELECT live_attempts + ended_attempts FROM ledger
                UNION ALL SELECT count(*) FROM attempt
                UNION ALL SELECT parked_requests FROM ledger
                UNION ALL SELECT count(*) FROM parked
                UNION ALL SELECT grants FROM ledger
                UNION ALL SELECT count(*) FROM website_grant
                """
            )
            #expect(counts[0] == counts[1])
            #expect(counts[2] == counts[3] && counts[4] == counts[5])
            #expect(counts[2] != "0" && counts[4] != "0")
            try raw.close()
            try store.close()
            if let file = environment["CHURN_CSV"] {
                try csv.write(toFile: file, atomically: true, encoding: .utf8)
            }
        }
    }

    private struct Hour {
        var attempts: Int
        var audit: Int
        var others: Int
        var file: Int
        var journal: Int
    }

    /// Half of those who open a code log in, a quarter of them cancels, the rest goes away.
    ///
    /// As many come from a website and go away, and whoever logs in is let into it.
    private static func oneHour(
        _ house: LoginHouse,
        _ store: SQLiteLoginStore,
        _ website: Website,
        rate: Int,
        run: Int
    ) async throws {
        let step = Duration.milliseconds(3_600_000 / Int64(rate))
        for number in 0..<rate {
            let now = house.time.now()
            let seed = UInt64(1_000_000 + run * rate + number)
            var row = website.row(seed: seed)
            row.parked.parkedAt = now
            _ = try await store.park(row, superseding: nil, at: now)
            let opened = try await house.open()
            if number % 4 < 3 {
                let phone = try await house.phone("person-\(number % 50)", run: run * rate + number)
                if number % 4 < 2 {
                    try await house.confirm(opened, by: phone)
                    let login = try await house.service.complete(opened.cookie, ending: nil)
                    let session = try #require(try await store.session(login.session.digest))
                    var dice = SeededDice(seed: seed)
                    let grant = Grant(
                        id: GrantID(using: &dice),
                        request: website.request,
                        session: session,
                        code: AuthorizationCode(using: &dice).digest,
                        at: now
                    )
                    _ = try await store.openGrant(grant, takingPending: false)
                    let (request, token) = (website.request, AccessToken(using: &dice).digest)
                    _ = try await store.updateGrant(.code(grant.code)) {
                        $0.redeem(
                            by: request.client,
                            redirectURI: request.redirectURI.text,
                            isProven: true,
                            token: token,
                            at: now
                        )
                    }
                } else {
                    try await house.service.cancelAttempt(opened.cookie)
                }
            }
            house.time.advance(by: step)
            try await house.service.sweep()
        }
    }

    /// Forgets as the sweeper does.
    ///
    /// - Returns: the longest slice, in milliseconds.
    private static func forget(
        _ house: LoginHouse,
        _ store: SQLiteLoginStore
    ) async throws
        -> Double
    {
        let now = house.time.now()
        let policy = house.policy
        let limits = ForgetLimits(
            attempts: now - policy.endedAttempt,
            expired: now,
            sessionsSeen: now - policy.sessionIdle,
            sessionsCreated: now - policy.session,
            logins: now - policy.loginHistory
        )
        let clock = ContinuousClock()
        var longest = Duration.zero
        var mayBeMore = true
        while mayBeMore {
            let start = clock.now
            mayBeMore = try await store.forget(limits, limit: LoginService.forgetLimit)
            longest = max(longest, clock.now - start)
        }
        mayBeMore = true
        while mayBeMore {
            let start = clock.now
            let forgotten = try await store.forgetAudit(
                before: now - policy.audit,
                limit: LoginService.forgetLimit
            )
            longest = max(longest, clock.now - start)
            mayBeMore = forgotten.aged + forgotten.crowded == LoginService.forgetLimit
        }
        return Double(longest.components.attoseconds) / 1e15
            + Double(longest.components.seconds) * 1000
    }

    private static func residentBytes() -> Int {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
