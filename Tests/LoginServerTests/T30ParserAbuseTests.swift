import LoginServer
import Testing
import WebSocketUpgrade

/// Requests made to confuse a parser or to feed it without end; sizes are in `HTTPLimitsTests`, frames
/// in `WebSocketTests`.
@Suite(.timeLimit(.minutes(10))) struct T30ParserAbuseTests {
    /// Sends bytes on a connection of their own, and what else a test does there; afterwards a fresh
    /// connection is served.
    private func with(
        _ bytes: String,
        _ body: (EdgeStage, Wire) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let wire = try await stage.wire()
            try await wire.send(bytes)
            try await body(stage, wire)
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }

    private static func post(_ path: String, _ fields: [String], _ body: String = "") -> String {
        (["POST \(path) HTTP/1.1", "Host: login.example"] + fields).joined(separator: "\r\n")
            + "\r\n\r\n" + body
    }

    // MARK: - Old HTTP

    @Test(arguments: ["", "Connection: keep-alive\r\n", "Connection: Keep-Alive\r\n"])
    func `T30 a connection of HTTP 1.0 serves one request`(field: String) async throws {
        let get = "GET /session HTTP/1.0\r\nHost: login.example\r\n\(field)\r\n"
        try await with(get + get) { _, wire async throws in
            let answer = try await wire.answer()
            #expect(answer.status == 401)
            #expect(answer["Connection"] == "close")
            #expect(try await wire.end() == [])
        }
    }

    @Test func `T30 HTTP 1.0 gets no WebSocket`() async throws {
        try await EdgeStage.with { stage async throws in
            let browser = Browser(stage)
            _ = try await browser.open()
            let wire = try await stage.wire()
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let call = Call("GET", "/attempt/events", fields).bytes(to: stage.host)
            let text = String(decoding: call, as: UTF8.self)
            try await wire.send(text.replacing("HTTP/1.1", with: "HTTP/1.0"))
            #expect(try await wire.answerHead().status != 101)
            #expect(stage.gauges.webSockets.total <= 1)
        }
    }

    // MARK: - Paths

    /// A proxy's rule for `/token`, and ours, are for one way to write it.
    @Test(arguments: [
        ("POST", "//token"), ("POST", "/token/"), ("GET", "//authorize"), ("GET", "/authorize/"),
        ("POST", "/mp//login"), ("GET", "//"), ("GET", "/.well-known//openid-configuration"),
        ("GET", "/login/"), ("POST", "/attempt//"),
    ])
    func `T30 a path with slashes that are too many leads nowhere`(
        method: String,
        path: String
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let answer = try await stage.send(Call(method, path, Browser(stage).fields))
            #expect(answer.status == 404)
        }
    }

    // MARK: - Methods and codings

    @Test(arguments: [
        "TRACE /session", "TRACE /nothing", "TRACE /login", "CONNECT login.example:443",
        "CONNECT /session", "TRACE *",
    ])
    func `T30 TRACE and CONNECT are 405`(line: String) async throws {
        let text = "\(line) HTTP/1.1\r\nHost: login.example\r\nCookie: canary=1\r\n\r\n"
        try await with(text) { _, wire async throws in
            let answer = try await wire.answer()
            #expect(answer.status == 405)
            #expect(answer["Allow"]?.isEmpty == false)
            #expect(!answer.text.contains("canary"))
        }
    }

    @Test(arguments: ["gzip", "deflate", "br", "GZIP", "gzip, identity", "x-gzip", "zstd", "q"])
    func `T30 a body that would have to be unpacked is 415`(coding: String) async throws {
        for path in ["/mp/session", "/mp/scan", "/attempt"] {
            // The gzip of nothing says that it is four gigabytes.
            let body = "\u{1F}\u{8}\u{8}\u{0}"
            let fields = ["Content-Encoding: \(coding)", "Content-Length: \(body.utf8.count)"]
            try await with(Self.post(path, fields, body)) { _, wire async throws in
                let answer = try await wire.answer()
                #expect(answer.status == 415)
                #expect(answer.error == "unsupported_media")
            }
        }
    }

    @Test func `T30 a body that says it is as it is, is read`() async throws {
        try await EdgeStage.with { stage async throws in
            let phone = try await stage.phone("alice")
            let answer = try await phone.call(
                "/mp/scan",
                #"{"scene":"x"}"#,
                [Call.Field("Content-Encoding", "identity")]
            )
            #expect(answer.status == 410)
        }
    }

    // MARK: - JSON

    @Test func `T30 JSON nests eight levels deep and no deeper`() async throws {
        try await EdgeStage.with { stage async throws in
            let phone = try await stage.phone("alice")
            func nested(_ depth: Int) -> String {
                let inner = depth - 1
                return #"{"scene":"# + String(repeating: "[", count: inner)
                    + String(repeating: "]", count: inner) + "}"
            }
            let eight = try await phone.call("/mp/scan", nested(8))
            #expect(eight.status == 400)
            #expect(eight.text("msg") == "scene must be text.")
            for depth in [9, 100, 4000] {
                let answer = try await phone.call("/mp/scan", nested(depth))
                #expect(answer.status == 400)
                #expect(answer.text("msg") == "The body nests deeper than 8 levels.")
            }
            // Open brackets alone, brackets in a text, and a text that ends in a backslash.
            let deep = [
                String(repeating: "[", count: 8000), #"{"scene":"\\","x":[[[[[[[[[1]]]]]]]]]}"#,
            ]
            for body in deep {
                let answer = try await phone.call("/mp/scan", body)
                #expect(answer.text("msg") == "The body nests deeper than 8 levels.")
            }
            let text = try await phone.call("/mp/scan", #"{"scene":"[[[[[[[[[[\"[["}"#)
            #expect(text.status == 410)
        }
    }

    @Test func `T30 brackets of a form are no more than text`() async throws {
        let form = "a" + (0..<1000).map { "[_\($0)]" }.joined() + "=1"
        let fields = [
            "Content-Type: application/x-www-form-urlencoded", "Content-Length: \(form.utf8.count)",
        ]
        try await with(Self.post("/mp/scan", fields, form)) { _, wire async throws in
            #expect(try await wire.answer().status == 400)
        }
    }

    // MARK: - Chunks

    @Test(arguments: [
        "FFFFFFFFFFFFFFFFF\r\n", "-1\r\n", "0x10\r\n", " 5\r\n", "5\n{}", "g\r\n",
        "5\r\n{}   XX0\r\n\r\n",
    ])
    func `T30 a chunk that is none is 400 and the last`(chunk: String) async throws {
        let head = Self.post("/mp/scan", ["Transfer-Encoding: chunked"])
        try await with(head + chunk) { _, wire async throws in
            #expect(try await wire.answer().status == 400)
            #expect(try await wire.end() == [])
        }
    }

    @Test func `T30 a body in a million chunks is 413, and soon nobody reads it`() async throws {
        let head = Self.post("/mp/scan", ["Transfer-Encoding: chunked"])
        let chunks = String(repeating: "1\r\n \r\n", count: 100_000)
        try await with(head) { stage, wire async throws in
            let answer = Task { try await wire.answer() }
            for _ in 0..<10 {
                // The other end is closed before the last.
                do { try await wire.send(chunks) } catch { break }
            }
            #expect(try await answer.value.status == 413)
            _ = try await wire.end()
            #expect(await stage.eventually { stage.gauges.connections.total == 0 })
            #expect(stage.gauges.counts[.drained] == 1)
            #expect(stage.gauges.counts[.bodyTooLarge] == 1)
        }
    }

    @Test func `T30 what a length promises is refused before it comes`() async throws {
        let head = Self.post("/mp/scan", ["Content-Length: 5000000000"])
        try await with(head) { stage, wire async throws in
            #expect(try await wire.answer().status == 413)
            #expect(stage.gauges.counts[.bodyTooLarge] == 1)
        }
    }

    @Test func `T30 a small body that nobody reads costs no connection`() async throws {
        let body = String(repeating: "x", count: 1000)
        let head = Self.post("/nothing", ["Content-Length: 1000"])
        try await with(head) { stage, wire async throws in
            #expect(try await wire.answer().status == 404)
            try await wire.send(body)
            let next = try await wire.exchange(Call("GET", "/session"), host: stage.host)
            #expect(next.status == 401)
        }
    }
}
