import Foundation
import NIOCore
import NIOPosix
import Subprocess
import Synchronization
import Testing

/// Thousands of bad connections to the real program, and one honest login beside them.
@Suite(.serialized, .timeLimit(.minutes(10))) struct FloodTests {
    /// Everything that a flood needs more of than a person.
    private static let room = [
        "SCAN_LOGIN_LIMITS_CONNECTIONS_PER_IP": "100000", "SCAN_LOGIN_LIMITS_CONNECTIONS": "8000",
    ]

    // MARK: - Slow peers

    /// Deadlines in seconds; `SCAN_LOGIN_TEST_HEADER_SECONDS=10` and `…_REQUEST_SECONDS=15` in the
    /// environment run the test with the real ones.
    private static func seconds(_ name: String, else short: Int) -> Int {
        ProcessInfo.processInfo.environment["SCAN_LOGIN_TEST_\(name)_SECONDS"].flatMap(Int.init)
            ?? short
    }

    @Test
    func `T31 two thousand slow headers and two thousand slow bodies end, and a login goes on`()
        async throws
    {
        let header = Self.seconds("HEADER", else: 8)
        let request = Self.seconds("REQUEST", else: 10)
        let settings = Self.room.merging([
            "SCAN_LOGIN_LIMITS_HEADER_SECONDS": "\(header)",
            "SCAN_LOGIN_LIMITS_REQUEST_SECONDS": "\(request)",
            // A body of one byte in five seconds is to run into the absolute deadline.
            "SCAN_LOGIN_LIMITS_BODY_BYTES_PER_SECOND": "1",
        ]) { $1 }
        try await Programs.withBoth(settings: settings) { login, mock in
            let begun = ContinuousClock.now
            let url = login.url
            let host = Trickle.authority(url)
            async let slowHeaders = Trickle.open(
                2000,
                to: url,
                first: "GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                every: .seconds(1)
            )
            async let slowBodies = Trickle.open(
                2000,
                to: url,
                first: "POST /mp/session HTTP/1.1\r\nHost: \(host)\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
                every: .milliseconds(500)
            )
            let (headers, bodies) = try await (slowHeaders, slowBodies)
            let opened = ContinuousClock.now - begun
            let beside = headers.openCount + bodies.openCount
            // While they are there, somebody logs in.
            #expect(beside > 0)
            let took = try await Self.login(login, mock)
            let after = headers.openCount + bodies.openCount
            let headerEnds = try await headers.ends()
            let bodyEnds = try await bodies.ends()
            Self.report(
                "flood: 4000 opened in \(opened); a login beside \(beside) of them, \(after) at its "
                    + "end, took \(took), 0.8 s of it a person reading; the last of the headers ended "
                    + "after \(headerEnds.slowest), of the bodies after \(bodyEnds.slowest); answers "
                    + "\(headerEnds.statuses), \(bodyEnds.statuses)"
            )
            // A machine that does other things besides has time to spare here.
            #expect(took < .seconds(30))
            #expect(headerEnds.slowest < .seconds(header + 45))
            #expect(bodyEnds.slowest < .seconds(request + 45))
            #expect(headerEnds.statuses == ["408": 2000])
            #expect(bodyEnds.statuses == ["408": 2000])
        }
    }

    /// Tells a person who measures by hand.
    private static func report(_ line: String) {
        if ProcessInfo.processInfo.environment["SCAN_LOGIN_TEST_REPORT"] != nil { print(line) }
    }

    /// One login by hand: code, phone, confirm, complete.
    ///
    /// - Returns: how long it took, without the time a person reads.
    private static func login(
        _ login: RunningProgram,
        _ mock: RunningProgram
    ) async throws -> Duration {
        let begun = ContinuousClock.now
        let run = try await Programs.end(
            "fake-phone",
            [
                "run", "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml", "--login", login.url,
                "--wechat", mock.url,
            ]
        )
        #expect(run.status == 0, "\(run.output)")
        return ContinuousClock.now - begun
    }

    // MARK: - Too many

    @Test func `T32 a thousand connections of one address: 64 stay, and another address logs in`()
        async throws
    {
        // However long the login takes beside them, the silent ones do not run into their deadline.
        let patient = [
            "SCAN_LOGIN_LIMITS_HEADER_SECONDS": "600", "SCAN_LOGIN_LIMITS_REQUEST_SECONDS": "600",
        ]
        try await Programs.withBoth(settings: patient) { login, mock in
            // The flood comes from another address than the honest browser, which is 127.0.0.1.
            let flood = try await Trickle.open(
                1000,
                to: login.url,
                from: "127.0.0.2",
                first: "",
                every: .seconds(3600)
            )
            #expect(await flood.settles(at: 64))
            let took = try await Self.login(login, mock)
            #expect(took < .seconds(30))
            #expect(flood.openCount == 64)
            await flood.close()
        }
    }

    @Test func `T32 without descriptors the program waits, and goes on when there are some again`()
        async throws
    {
        try await Programs.withBoth(settings: Self.room) { login, mock in
            _ = try await Self.login(login, mock)
            // What another program on the machine could do to it: nothing is left to open.
            let used = try Descriptors.used(by: login.pid)
            try await Descriptors.limit(login.pid, to: used + 20)
            let flood = try await Trickle.open(
                200,
                to: login.url,
                first: "GET /login HTTP/1.1\r\n",
                every: .seconds(3600)
            )
            // It takes what it can, and for the rest asks once in a while and not all the time.
            #expect(await Self.isFull(login.pid, used + 20))
            let before = try Descriptors.processorSeconds(of: login.pid)
            try await Self.pass(.seconds(2))
            let spent = try Descriptors.processorSeconds(of: login.pid) - before
            Self.report("flood: \(spent) s of processor in 2 s without descriptors")
            #expect(spent < 1)
            // They go: it serves again, by itself, and the limit is as low as before.
            await flood.close()
            #expect(await Self.serves(login.url + "/login"))
            let took = try await Self.login(login, mock)
            #expect(took < .seconds(30))
        }
    }

    @Test func `T32 production refuses to start with too few descriptors, and says how many`()
        async throws
    {
        try await Programs.withProduction { production in
            let few = try await Programs.end(
                "login-server",
                ["serve"],
                environment: production,
                limits: "-n 4096"
            )
            #expect(few.status == 78)
            #expect(few.errors.split(separator: "\n").count == 1, "\(few.errors)")
            #expect(few.errors.contains("4096") && few.errors.contains("21000"), "\(few.errors)")
            // `check` says so too, and prints what is in force.
            let check = try await Programs.end(
                "login-server",
                ["check"],
                environment: production,
                limits: "-n 4096"
            )
            #expect(check.status == 0)
            #expect(check.errors.contains("4096"))
            #expect(check.output.contains("connections: 20000"))
        }
    }

    @Test func `T32 development starts with too few descriptors, and with fewer connections`()
        async throws
    {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                let arguments = [
                    "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                    "--database", "\(folder)/login.sqlite",
                ]
                let settings = ["SCAN_LOGIN_LIMITS_CONNECTIONS_PER_IP": "100000"]
                try await Programs.with(
                    "login-server",
                    arguments,
                    environment: settings,
                    limits: "-n 256"
                ) { login in
                    let flood = try await Trickle.open(
                        200,
                        to: login.url,
                        first: "",
                        every: .seconds(3600)
                    )
                    #expect(await flood.settles(at: 128))
                    await flood.close()
                    _ = try await Self.login(login, mock)
                }
            }
        }
    }

    /// Whether a process comes to use so many descriptors.
    private static func isFull(_ pid: Int32, _ count: Int) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let used = try? Descriptors.used(by: pid), used >= count { return true }
            await Task.yield()
        }
        return false
    }

    /// Whether a page comes, now or soon.
    private static func serves(_ url: String) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let status = try? await Loopback.status(url), status == 200 { return true }
        }
        return false
    }

    /// Lets real time pass: how much processor a program uses can only be measured over some.
    private static func pass(_ time: TimeAmount) async throws {
        try await MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: time) {}
            .futureResult.get()
    }
}

/// What the kernel says of another process.
private enum Descriptors {
    struct Refused: Error {}

    static func used(by pid: Int32) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// Changes how many files a running process may have open.
    static func limit(_ pid: Int32, to count: Int) async throws {
        // prlimit(1) of util-linux: the call is not in Swift's Glibc.
        let result = try await run(
            .name("prlimit"),
            arguments: ["--pid", "\(pid)", "--nofile=\(count):\(count)"],
            output: .discarded
        )
        guard case .exited(0) = result.terminationStatus else { throw Refused() }
    }

    static func processorSeconds(of pid: Int32) throws -> Double {
        let line = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // utime and stime are the 12th and 13th behind the name, which is in brackets (proc(5)).
        let fields = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { throw Refused() }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
