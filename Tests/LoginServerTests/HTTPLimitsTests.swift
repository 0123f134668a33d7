import Testing

/// What is too long, too much or not HTTP is refused before anything looks at it.
@Suite struct HTTPLimitsTests {
    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private func answer(_ stage: EdgeStage, _ bytes: String) async throws -> Answer {
        let wire = try await stage.wire()
        try await wire.send(bytes)
        return try await wire.answer()
    }

    private static func head(_ target: String = "/session", _ fields: [String] = []) -> String {
        let lines = ["GET \(target) HTTP/1.1", "Host: login.example"] + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test func `T30 a target of 8 KiB is read, and one byte more is 414`() async throws {
        try await EdgeStage.with { stage async throws in
            let target = "/session?" + Self.text(8192 - "/session?".utf8.count)
            #expect(try await answer(stage, Self.head(target)).status == 401)
            let refused = try await answer(stage, Self.head(target + "x"))
            #expect(refused.status == 414)
            #expect(refused.error == "target_too_long")
            #expect(refused["Connection"] == "close")
            #expect(try await answer(stage, Self.head("/" + Self.text(100_000))).status == 414)
        }
    }

    @Test func `T30 a header field of 8 KiB is read, and one byte more is 431`() async throws {
        try await EdgeStage.with { stage async throws in
            let good = try await answer(stage, Self.head("/session", ["X: " + Self.text(8192)]))
            #expect(good.status == 401)
            for field in [
                "X: " + Self.text(8193), Self.text(8193) + ": x", "Cookie: " + Self.text(60_000),
            ] {
                let refused = try await answer(stage, Self.head("/session", [field]))
                #expect(refused.status == 431)
                #expect(refused.error == "headers_too_large")
                #expect(refused["Connection"] == "close")
            }
        }
    }

    @Test func `T30 a header block of 16 KiB is read, and one byte more is 431`() async throws {
        try await EdgeStage.with { stage async throws in
            // Target, names and values count; what stands between them does not.
            let used = "/session".count + "Host".count + "login.example".count + 3
            let left = 16_384 - used
            func fields(_ more: Int) -> [String] {
                [
                    "A: " + Self.text(8000), "B: " + Self.text(8000),
                    "C: " + Self.text(left - 16_000 + more),
                ]
            }
            #expect(try await answer(stage, Self.head("/session", fields(0))).status == 401)
            #expect(try await answer(stage, Self.head("/session", fields(1))).status == 431)
        }
    }

    @Test func `T30 a hundred header fields are read, and one more is 431`() async throws {
        try await EdgeStage.with { stage async throws in
            let fields = (1...99).map { "X-\($0): 1" }
            #expect(try await answer(stage, Self.head("/session", fields)).status == 401)
            #expect(try await answer(stage, Self.head("/session", fields + ["Y: 1"])).status == 431)
            // CVE-2026-28980 of SwiftNIO.
            let many = (1...100_000).map { _ in "a:b" }
            #expect(try await answer(stage, Self.head("/session", many)).status == 431)
        }
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "BREW /pot HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/2.0\r\nHost: login.example\r\n\r\n",
        "GET /\r\n\r\n", "get / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost login.example\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\nA B: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: login.example\r\nX: a\u{0}b\r\n\r\n",
        "POST /mp/scan HTTP/1.1\r\nHost: login.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        "POST /mp/scan HTTP/1.1\r\nHost: login.example\r\nContent-Length: -1\r\n\r\n",
        "POST /mp/scan HTTP/1.1\r\nHost: login.example\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /mp/scan HTTP/1.1\r\nHost: login.example\r\nContent-Length: 2\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /mp/scan HTTP/1.1\r\nHost: login.example\r\nTransfer-Encoding: xchunked\r\n\r\n{}",
    ])
    func `T30 bytes that are no request get 400 and the connection ends`(bytes: String) async throws
    {
        try await EdgeStage.with { stage async throws in
            let wire = try await stage.wire()
            try await wire.send(bytes)
            let answer = try await wire.answer()
            #expect(answer.status == 400)
            #expect(answer.error == "malformed")
            #expect(try await wire.end() == [])
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }

    private func expectRefusal(_ wire: Wire, _ status: Int) async throws {
        let refused = try await wire.answer()
        #expect(refused.status == status)
        #expect(refused["Content-Security-Policy"] != nil)
        #expect(refused["Connection"] == "close")
        #expect(try await wire.end() == [])
    }

    @Test func `T30 bad bytes behind a good request get their answer after it`() async throws {
        try await EdgeStage.with { stage async throws in
            let cases = [
                ("GARBAGE\r\n\r\n", 400), (Self.head("/" + Self.text(9000)), 414),
                (Self.head("/", ["X: " + Self.text(9000)]), 431),
            ]
            for (bytes, status) in cases {
                let wire = try await stage.wire()
                try await wire.send(Self.head())
                #expect(try await wire.answer().status == 401)
                try await wire.send(bytes)
                try await expectRefusal(wire, status)
            }
            // Both in one piece.
            let wire = try await stage.wire()
            try await wire.send(Self.head() + Self.head("/login") + "GARBAGE\r\n\r\n")
            #expect(try await wire.answer().status == 401)
            #expect(try await wire.answer().status == 200)
            try await expectRefusal(wire, 400)
        }
    }

    @Test func `a connection serves one request after another`() async throws {
        try await EdgeStage.with { stage async throws in
            let wire = try await stage.wire()
            for _ in 0..<3 {
                for (target, status) in [("/session", 401), ("/login", 200), ("/nothing", 404)] {
                    let answer = try await wire.exchange(Call("GET", target), host: stage.host)
                    #expect(answer.status == status)
                }
            }
            try await wire.send(Self.head() + Self.head("/login"))
            #expect(try await wire.answer().status == 401)
            #expect(try await wire.answer().status == 200)
        }
    }
}
