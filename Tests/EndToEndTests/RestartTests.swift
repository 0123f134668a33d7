import FakePhone
import HTTPTransportAHC
import Testing

/// Rows are the truth: `kill -9` at any moment loses nothing and doubles nothing (I12).
struct RestartTests {
    enum Moment: String, CaseIterable, Sendable {
        case afterCreated
        case afterScanned
        case afterConfirmed
    }

    @Test(arguments: Moment.allCases)
    func `a server that is killed and started again lets the same browser finish, once`(
        _ moment: Moment
    ) async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                try await withAHCTransport { transport in
                    let time = PhoneTime(ContinuousClock())
                    let database = "\(folder)/login.sqlite"
                    var stage: Stage?
                    let port = try await Self.serve(mock, database, port: "0") { login in
                        var fresh = try Stage(login.url, mock.url, transport, time)
                        try await fresh.play(until: moment)
                        stage = fresh
                        try login.kill()
                        return login.url.split(separator: ":").last.map(String.init) ?? "0"
                    }
                    try await Self.serve(mock, database, port: port) { _ in
                        var later = try #require(stage)
                        try await later.finish(after: moment)
                    }
                }
            }
        }
    }

    @Test func `a server that is told to stop sends waiting browsers away and ends with 0`()
        async throws
    {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                try await withAHCTransport { transport in
                    let time = PhoneTime(ContinuousClock())
                    try await Self.serve(mock, "\(folder)/login.sqlite", port: "0") { login in
                        var stage = try Stage(login.url, mock.url, transport, time)
                        try await stage.play(until: .afterCreated)
                        #expect(try await stage.browser.watch(by: .websocket) == nil)
                        let first = try await stage.browser.nextEvent(within: .seconds(20))
                        guard case .push(let created) = first else {
                            Issue.record("no push but \(String(describing: first))")
                            return
                        }
                        #expect(created.state == .created)
                        #expect(created.seq == 1)
                        // On a busy machine a second or two have gone by.
                        #expect((60...120).contains(created.expiresInSeconds))
                        try login.stop()
                        // 1001: going away; the page comes back by itself.
                        let last = try await stage.browser.nextEvent(within: .seconds(9))
                        #expect(last == .closed(code: 1001))
                    }
                }
            }
        }
    }

    @Test func `T1 a server that is started again throws its dice anew`() async throws {
        try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
            try await withAHCTransport { transport in
                let time = PhoneTime(ContinuousClock())
                var drawn: [FakeBrowser] = []
                for _ in 1...2 {
                    // Each finds the same, which is nothing: no key file, no rows.
                    let browser = try await Programs.withFolder { folder in
                        try await Self.serve(mock, "\(folder)/login.sqlite", port: "0") { login in
                            var stage = try Stage(login.url, mock.url, transport, time)
                            try await stage.play(until: .afterCreated)
                            return stage.browser
                        }
                    }
                    drawn.append(browser)
                }
                let cookies = drawn.map { $0.jar.cookies.map(\.value) }
                #expect(!cookies[0].isEmpty)
                #expect(Set(cookies[0]).isDisjoint(with: cookies[1]))
                let pictures = drawn.map { $0.picture?.dataURL }
                #expect(pictures[0] != nil && pictures[0] != pictures[1])
            }
        }
    }

    private static func serve<Value: Sendable>(
        _ mock: RunningProgram,
        _ database: String,
        port: String,
        _ body: (RunningProgram) async throws -> Value
    ) async throws -> Value {
        try await Programs.with(
            "login-server",
            [
                "serve", "--mode", "development", "--port", port, "--wechat", mock.url,
                "--database", database,
            ],
            body
        )
    }

    /// One browser and one phone, which outlive the server.
    struct Stage {
        var browser: FakeBrowser
        var phone: FakePhone

        init(
            _ login: String,
            _ mock: String,
            _ transport: AHCTransport,
            _ time: PhoneTime
        ) throws {
            let server = try #require(ServerAddress(login, name: "login-server"))
            let weChat = try #require(ServerAddress(mock, name: "mock-wechat"))
            let recorder = Recorder()
            browser = FakeBrowser(
                name: "laptop",
                login: server,
                line: Line(
                    name: "laptop",
                    transport: transport,
                    time: time,
                    recorder: recorder
                ),
                dialer: NIOWatchDialer(time: time, dice: Dice(seed: 1))
            )
            phone = FakePhone(
                name: "alice",
                person: "alice",
                login: server,
                weChat: weChat,
                line: Line(name: "alice", transport: transport, time: time, recorder: recorder)
            )
        }

        mutating func play(until moment: Moment) async throws {
            #expect(try await browser.openAttempt().status == 200)
            guard moment != .afterCreated else { return }
            try await scan()
            guard moment != .afterScanned else { return }
            #expect(try await phone.confirm().status == 200)
        }

        private mutating func scan() async throws {
            let picture = try #require(browser.picture)
            #expect(try await phone.scan(picture).status == 200)
        }

        mutating func finish(after moment: Moment) async throws {
            // The browser comes back as a page does: it watches again and hears where it stands.
            #expect(try await browser.watch(by: .websocket) == nil)
            if moment == .afterCreated { try await scan() }
            if moment != .afterConfirmed { #expect(try await phone.confirm().status == 200) }
            #expect(try await browser.attempt().data?["state"]?.string == "confirmed")
            await browser.stopWatching()

            let completed = try await browser.complete()
            #expect(completed.status == 200)
            let session = try await browser.session()
            #expect(session.data?["user"] == completed.data?["user"])
            // Once: the cookie is gone, and nothing is left to collect.
            #expect(try await browser.complete().status == 403)
        }
    }
}
