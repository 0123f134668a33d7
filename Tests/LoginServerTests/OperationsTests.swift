import Foundation
import Logging
import LoginDomain
import LoginService
import LoginStore
import Synchronization
import TestSupport
import Testing

@testable import LoginServer

/// What operators can see of a server.
@Suite(.timeLimit(.minutes(10))) struct OperationsTests {
    // MARK: - Health

    @Test func `a server that works is alive and ready`() async throws {
        try await EdgeStage.with {
            $0.hasOperations = true
        } _: { stage in
            for path in ["/health/live", "/health/ready"] {
                let answer = try await stage.operations(path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.text("status") == "ok")
                #expect(answer["Cache-Control"] == "no-store")
            }
            #expect(try await stage.operations("/").status == 404)
            #expect(try await stage.operations("/metrics", method: "POST").status == 404)
        }
    }

    @Test func `T43 a server whose database fails is alive and not ready, until it works again`()
        async throws
    {
        let bent = Mutex<BentStore?>(nil)
        try await EdgeStage.with {
            $0.hasOperations = true
            $0.store = { rows in
                let store = BentStore(rows)
                bent.withLock { $0 = store }
                return store
            }
        } _: { stage in
            let store = try #require(bent.withLock { $0 })
            store.isBroken = true
            #expect(try await stage.operations("/health/live").status == 200)
            let answer = try await stage.operations("/health/ready")
            #expect(answer.status == 503)
            #expect(answer.text("database") == "fails")
            store.isBroken = false
            #expect(try await stage.operations("/health/ready").status == 200)
        }
    }

    @Test func `WeChat's absence does not make a server unready`() async throws {
        try await EdgeStage.with {
            $0.hasOperations = true
            $0.wechat.always(ScriptedWeChat.sessionPath, .json("<html>"))
        } _: { stage in
            let answer = try await stage.operations("/health/ready")
            #expect(answer.status == 200)
            #expect(stage.wechat.calls.isEmpty)
        }
    }

    @Test func `a server that is about to end is not ready`() async throws {
        let house = LoginHouse()
        #expect(await house.service.readiness() == .ready)
        house.service.watchers.closeAll()
        #expect(await house.service.readiness() == .stopping)
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example", "evil.example:8081"])
    func `a name that is not this listener's is told nothing`(name: String) async throws {
        try await EdgeStage.with {
            $0.hasOperations = true
        } _: { stage in
            let answer = try await stage.operations("/metrics", host: name)
            #expect(answer.status == 421)
            #expect(answer.body.isEmpty)
            for own in ["localhost:8081", "127.0.0.1:8081", "[::1]:8081"] {
                #expect(try await stage.operations("/metrics", host: own).status == 200, "\(own)")
            }
        }
    }

    @Test func `T34 one user cannot wash the audit log away`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("mallory")
            let scene = try await Browser(stage).open()
            for _ in 1...60 { #expect(try await phone.scan(scene).status == 200) }
            let rows = stage.everything.count
            let late = try await phone.scan(scene)
            #expect(late.status == 429)
            #expect(late["Retry-After"] == "60")
            #expect(stage.everything.count == rows)
            stage.time.advance(by: .seconds(60))
            #expect(try await phone.scan(EdgeStage.unknownScene(1)).status == 410)
        }
    }

    @Test func `the public listener knows nothing of it`() async throws {
        try await EdgeStage.with {
            $0.hasOperations = true
        } _: { stage in
            for path in ["/metrics", "/health/live", "/health/ready"] {
                let answer = try await stage.send(Call("GET", path))
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    // MARK: - Numbers

    /// A line of the exposition format that is no comment.
    private static var line: Regex<(Substring, Substring?, Substring?)> {
        /^[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? [0-9.e+-]+$/
    }

    /// The samples, by what stands before their value.
    private func samples(_ stage: EdgeStage) async throws -> [String: String] {
        let answer = try await stage.operations("/metrics")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        var found: [String: String] = [:]
        for line in answer.text.split(separator: "\n") where !line.hasPrefix("# ") {
            #expect(line.wholeMatch(of: Self.line) != nil, "\(line)")
            let sides = line.split(separator: " ")
            #expect(found[String(sides[0])] == nil, "\(line)")
            found[String(sides[0])] = String(sides[1])
        }
        return found
    }

    @Test func `logins, their ends, their pushes and their limits are counted`() async throws {
        try await EdgeStage.with {
            $0.hasOperations = true
        } _: { stage in
            let before = try await samples(stage)
            #expect(before["scan_login_attempts_opened_total"] == "0")
            #expect(before["scan_login_watchers"] == "0")

            let phone = try await stage.phone("alice")
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            #expect(try await samples(stage)["scan_login_watchers"] == "1")
            #expect(try await samples(stage)["scan_login_watching_connections"] == "1")
            try await phone.agree(to: scene)
            #expect(try await browser.complete().status == 200)
            for end in 1...3 {
                let scene = try await browser.open()
                if end == 1 { _ = try await browser.post("/attempt/cancel") }
                if end == 2 { _ = try await browser.open() }
                _ = scene
            }
            stage.time.advance(by: .seconds(180))
            try await stage.service.sweep()
            for number in 1...11 { _ = try await phone.scan(EdgeStage.unknownScene(number)) }

            let after = try await samples(stage)
            #expect(after["scan_login_attempts_opened_total"] == "5")
            #expect(after["scan_login_attempts_scanned_total"] == "1")
            #expect(after["scan_login_phone_logins_total"] == "1")
            for (end, count) in [("redeemed", 1), ("cancelled", 1), ("superseded", 2)] {
                #expect(
                    after[#"scan_login_attempts_ended_total{end="\#(end)"}"#] == "\(count)",
                    "\(end)"
                )
            }
            #expect(after[#"scan_login_attempts_ended_total{end="expired"}"#] == "1")
            #expect(after[#"scan_login_limits_hit_total{limit="dead_scenes"}"#] == "1")
            #expect(after[#"scan_login_http_requests_total{status="429"}"#] == "1")
            #expect(after[#"scan_login_http_requests_total{status="410"}"#] == "10")
            // Scan, confirm, cancel, supersede twice, expire.
            let calls = after.keys.filter { $0.hasPrefix("scan_login_wechat_calls_total{") }
            #expect(calls.count == 3 && calls.allSatisfy { $0.contains(#"result="ok""#) })
            #expect(after["scan_login_wechat_token_age_seconds"] == "180")
            #expect(after[#"scan_login_edge_events_total{why="stalled"}"#] == "0")
            #expect(after["scan_login_push_seconds_count"] == "6")
            #expect(after[#"scan_login_push_seconds_bucket{le="+Inf"}"#] == "6")
            #expect(after[#"scan_login_push_seconds_bucket{le="0.001"}"#] == "6")
        }
    }

    @Test func `a number that failed at the store is counted`() async throws {
        let house = LoginHouse(store: FailingStore())
        // One look for the browser's chain does not happen without a cookie; the row fails.
        _ = try? await house.open()
        #expect(house.service.measures.tally.counters[.storeFailures] == [[]: 1])
    }

    @Test func `T34 a store that is full of codes is ready: what has a row goes on`() async throws {
        let house = LoginHouse(store: FailingStore(error: .full(.usedCodes)))
        #expect(await house.service.readiness() == .ready)
        #expect(await LoginHouse(store: FailingStore()).service.readiness() == .storeFails)
        // And it is counted as the limit that it is.
        _ = try? await house.phone("alice")
        #expect(house.service.measures.tally.counters[.limitsHit]?.count == 1)
    }

    private struct FailingStore: RelayingStore {
        var error = LoginStoreError.unavailable("broken")

        func relay<Value: Sendable>(
            _ operation: StoreOperation,
            _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
        ) async throws(LoginStoreError) -> Value {
            throw error
        }
    }

    @Test func `T34 ways that come from outside are bounded`() {
        let measures = Measures()
        for number in 0..<1000 { measures.count(.weChatCalls, "token", "\(number)") }
        let ways = measures.tally.counters[.weChatCalls] ?? [:]
        #expect(ways.count == Tally.waysMax + 1)
        #expect(ways[["other", "other"]] == 1000 - Tally.waysMax)
        #expect(ways[["token", "0"]] == 1)
    }

    @Test func `values are counted under the first bound that they do not exceed`() {
        let measures = Measures()
        for milliseconds in [0, 1, 1.5, 5000, 5001] {
            measures.observe(.push, milliseconds: milliseconds)
        }
        let text = PrometheusText(measures.tally, readings: []).text
        for line in [
            #"scan_login_push_seconds_bucket{le="0.001"} 2"#,
            #"scan_login_push_seconds_bucket{le="0.002"} 3"#,
            #"scan_login_push_seconds_bucket{le="2.5"} 3"#,
            #"scan_login_push_seconds_bucket{le="5"} 4"#,
            #"scan_login_push_seconds_bucket{le="+Inf"} 5"#, "scan_login_push_seconds_sum 10.0035",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    // MARK: - Log lines

    private func lines(_ body: (Logger) -> Void) -> [String] {
        let written = Mutex<[String]>([])
        let logger = Logger(label: "x") { _ in
            JSONLogHandler(
                metadataProvider: RequestScope.metadata,
                now: { Timestamp(milliseconds: 1_767_225_600_007) },
                write: { line in
                    written.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                }
            )
        }
        body(logger)
        return written.withLock { $0 }
    }

    @Test func `a log line is one object: when, how bad, what, and in which request`() throws {
        let lines = lines { logger in
            RequestScope.$id.withValue("r1") {
                logger.notice("something", metadata: ["b": "2", "a": "1", "level": "mine"])
            }
        }
        #expect(
            lines == [
                #"{"at":"2026-01-01T00:00:00.007Z","level":"notice","message":"something","#
                    + #""a":"1","b":"2","level_":"mine","request":"r1"}"# + "\n"
            ]
        )
    }

    @Test(arguments: [
        "a\nb", "a\r\nSet-Cookie: x", #"","level":"critical"#, "\u{1B}[2J", "a\u{2028}b", "\u{0}",
        "\u{202E}evil", #"\"#, "\u{E0001}", "员",
    ])
    func `T28 whatever is logged stays one line and one text`(hostile: String) throws {
        let lines = lines { $0.info("m", metadata: ["value": "\(hostile)"]) }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.filter { $0 == "\n" || $0 == "\r\n" }.count == 1 && line.last == "\n")
        #expect(
            line.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && $0.value != 0x202E }
        )
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["value"] == hostile)
        #expect(object?["level"] == "info")
    }

    @Test func `T28 a long value is cut`() throws {
        let lines = lines { logger in
            let long = String(repeating: "字", count: 1000)
            logger.info("m", metadata: ["value": "\(long)"])
        }
        let line = try #require(lines.first)
        #expect(line.utf8.count < 1300)
    }

    @Test func `T35 a request is one line, without its query`() async throws {
        let log = RecordingLog()
        try await EdgeStage.with {
            $0.logger = log.logger
        } _: { stage in
            let target = "/login?js_code=CANARY&state=CANARY"
            let answer = try await stage.send(
                Call("GET", target, [Call.Field("Cookie", "__Host-sl_session=CANARY")])
            )
            #expect(answer.status == 200)
            #expect(await stage.eventually { log.lines.contains { $0.contains(" request ") } })
            let requests = log.lines.filter { $0.hasPrefix("info request ") }
            #expect(requests.count == 1)
            let line = try #require(requests.first)
            for word in [
                "method=GET", "path=/login", "status=200", "from=127.0.0.1", "hb.request.id=",
            ] {
                #expect(line.contains(word), "\(line)")
            }
            #expect(!log.lines.contains { $0.contains("CANARY") })
        }
    }
}
