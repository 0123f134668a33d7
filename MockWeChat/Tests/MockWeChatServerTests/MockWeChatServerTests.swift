import CodePicture
import HTTPTypes
import HummingbirdTesting
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import Testing

@Suite struct MockWeChatServerTests {
    @Test func `a whole login goes over a real connection`() async throws {
        try await withMock(.live) { mock async throws in
            let picture = try await mock.picture(["scene": "s-1", "is_hyaline": true])
            #expect(picture.contentType == "image/jpeg")
            #expect(picture.headers[.contentLength] == String(picture.bytes.count))
            #expect(picture.headers[.transferEncoding] == nil)
            #expect(picture.headers[.date] == "Thu, 01 Jan 2026 00:00:00 GMT")
            #expect(Array(picture.bytes.prefix(8)) == PNG.signature)
            let scan = try await mock.call(
                .post,
                "/_mock/phones/alice/scan",
                body: picture.bytes
            )
            #expect(scan.status == 200)
            #expect(scan.json["query"] == ["scene": "s-1"])
            let login = try await mock.call(
                .post,
                "/_mock/phones/alice/login",
                json: ["appid": .string(MockCaller.appid)]
            )
            let code = try #require(login.json["code"]?.string)
            let session = try await mock.session(code: code)
            #expect(session.contentType == "text/plain")
            #expect(session.json["openid"]?.string?.count == 28)
            #expect(try await mock.session(code: code).json["errcode"] == 40163)
        }
    }

    @Test func `two mocks with one seed send the same bytes`() async throws {
        func transcript() async throws -> [[UInt8]] {
            let bytes = Recorder()
            try await withMock { mock async throws in
                bytes.add(try await mock.picture().bytes)
                bytes.add(try await mock.picture(["scene": "", "width": 300]).bytes)
                bytes.add(try await mock.call(.get, "/_mock/journal").bytes)
                bytes.add(try await mock.call(.get, "/_mock/world").bytes)
            }
            return bytes.all
        }
        #expect(try await transcript() == transcript())
    }

    @Test(
        arguments: [
            (.array([]), false, SIMD4<UInt8>(255, 255, 255, 255)),
            (["r": "20", "g": 120, "b": "0"], true, SIMD4<UInt8>(255, 255, 255, 0)),
        ] as [(JSON, Bool, SIMD4<UInt8>)]
    )
    func `width, transparency and colour of a picture are as asked`(
        colour: JSON,
        transparent: Bool,
        background: SIMD4<UInt8>
    ) async throws {
        try await withMock { mock async throws in
            var members = [
                JSONMember("scene", "abc"), JSONMember("width", 500),
                JSONMember("is_hyaline", .bool(transparent)),
            ]
            if colour != [] { members.append(JSONMember("line_color", colour)) }
            let picture = try await mock.picture(.object(members))
            let raster = try PNG.decode(picture.bytes, pixelsMax: 1_000_000)
            #expect(raster.width == 500)
            #expect(raster.height == 500)
            #expect(raster[0, 0] == background)
            let line: SIMD4<UInt8> = transparent ? [20, 120, 0, 255] : [0, 0, 0, 255]
            let pixels = (0..<500).map { raster[$0, $0] }
            #expect(pixels.contains(line))
        }
    }

    @Test func `the public url begins what a picture says`() async throws {
        func text(_ settings: MockWeChatSettings) async throws -> String {
            let bytes = Recorder()
            try await withMock(settings: settings) { mock async throws in
                bytes.add(try await mock.picture().bytes)
            }
            let grey = try PNG.decodeGrey(bytes.all[0], pixelsMax: 1_000_000)
            return CodeReader.read(grey).first?.text ?? ""
        }
        #expect(try await text(MockWeChatSettings()).hasPrefix("http://localhost/_mock/c/"))
        let named = MockWeChatSettings(publicURL: "https://phone.example:8443")
        #expect(try await text(named).hasPrefix("https://phone.example:8443/_mock/c/"))
    }

    @Test func `what a picture says can be opened in a browser`() async throws {
        try await withMock { mock async throws in
            let picture = try await mock.picture(["scene": "a&b'c"])
            let grey = try PNG.decodeGrey(picture.bytes, pixelsMax: 1_000_000)
            let url = try #require(CodeReader.read(grey).first?.text)
            let page = try await mock.call(.get, String(url.dropFirst("http://localhost".count)))
            #expect(page.status == 200)
            #expect(page.contentType == "text/html; charset=utf-8")
            #expect(page.text.contains("a&amp;b&#39;c"))
            let gone = try await mock.call(.get, "/_mock/c/0000000000000000")
            #expect(gone.status == 410)
            #expect(gone.error == "code_unknown")
        }
    }

    @Test func `a delay is waited for in real time while the clock is frozen`() async throws {
        let waits = Waits()
        try await withMock(waits: waits) { mock async throws in
            let fault: JSON = ["endpoint": "/cgi-bin/token", "delay_ms": 5000, "count": 1]
            #expect(try await mock.call(.post, "/_mock/faults", json: fault).json == ["id": "f1"])
            #expect(try await !mock.token().isEmpty)
            #expect(try await !mock.token().isEmpty)
        }
        #expect(waits.all == [.milliseconds(5000)])
    }

    @Test func `the journal shows a picture by its digest and leaves the control plane out`()
        async throws
    {
        try await withMock { mock async throws in
            let picture = try await mock.picture()
            let journal = try await mock.call(.get, "/_mock/journal").json
            let entries = try #require(journal["entries"]?.array)
            #expect(
                entries.compactMap { $0["endpoint"]?.string } == [
                    "/cgi-bin/token", "/wxa/getwxacodeunlimit",
                ]
            )
            #expect(entries[1]["response_body"]?["bytes"] == .integer(picture.bytes.count))
            #expect(entries[1]["response_body"]?["sha256"]?.string?.count == 64)
            #expect(entries[1]["request_headers"]?["host"] == "localhost")
        }
    }
}

@Suite struct HostileInputTests {
    @Test func `a body over the limit answers 413`() async throws {
        try await withMock(.live) { mock async throws in
            let mega = [UInt8](repeating: 0x20, count: 1 << 20)
            let path = "/cgi-bin/stable_token"
            #expect(try await mock.call(.post, path, body: mega).json["errcode"] == 47001)
            #expect(try await mock.call(.post, path, body: mega + [0x20]).status == 413)
            let control = try await mock.call(.post, "/_mock/faults", body: mega + [0x20])
            #expect(control.status == 413)
            #expect(control.error == "too_large")
            #expect(try await mock.call(.get, "/_mock/health").status == 200)
        }
    }

    @Test(arguments: [
        "/", "//cgi-bin/token", "/%", "/cgi-bin/token%00", "/?%zz=%", "/_mocking",
        "/cgi-bin/token?appid=%FF%FE", "/sns/../cgi-bin/token",
    ])
    func `no odd target answers 500`(target: String) async throws {
        try await withMock { mock async throws in
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .head, .options] {
                #expect(try await mock.call(method, target, body: [0xFF, 0x00]).status == 200)
            }
        }
    }

    @Test(
        arguments: [
            (.get, "/_mock", 404, "no_such_path"),
            (.get, "/_mock/", 404, "no_such_path"),
            (.get, "/_mock/nothing", 404, "no_such_path"),
            (.get, "/_mock/phones//login", 404, "no_such_path"),
            (.post, "/_mock/health", 405, "method_not_allowed"),
            (.post, "/_mock/faults", 400, "not_json"),
            (.post, "/_mock/clock", 400, "not_json"),
            (.delete, "/_mock/faults/f1", 404, "no_such_fault"),
            (.get, "/_mock/journal?limit=-1", 400, "bad_request"),
            (.post, "/_mock/phones/alice/scan", 415, "not_png"),
            (.post, "/_mock/phones/zoe/scan", 404, "no_such_person"),
            (.post, "/_mock/phones/%E7%88%B1/scan", 404, "no_such_person"),
            (.post, "/_mock/phones/alice/scan?how=glance", 400, "bad_how"),
            (.post, "/_mock/phones/alice/scan?why=1", 400, "bad_request"),
        ] as [(HTTPRequest.Method, String, Int, String)]
    )
    func `the control plane names what is wrong`(
        method: HTTPRequest.Method,
        target: String,
        status: Int,
        error: String
    ) async throws {
        try await withMock { mock async throws in
            let answer = try await mock.call(method, target)
            #expect(answer.status == status)
            #expect(answer.error == error)
            #expect(answer.json["detail"]?.string?.isEmpty == false)
            #expect(answer.contentType == "application/json")
        }
    }

    @Test func `a wrong member is named with what was expected`() async throws {
        try await withMock { mock async throws in
            let answer = try await mock.call(
                .post,
                "/_mock/faults",
                json: ["endpoint": "*", "errcode": -1, "count": "two"]
            )
            #expect(answer.status == 400)
            #expect(
                answer.json["detail"]?.string
                    == "count: expected a whole number from 1 to 1000000000"
            )
        }
    }
}

@Suite struct ScanTests {
    @Test(arguments: [0.5, 1.5])
    func `a screenshot of a dark page scans`(scale: Double) async throws {
        try await withMock { mock async throws in
            let picture = try PNG.decode(try await mock.picture().bytes, pixelsMax: 1_000_000)
            let side = Int(Double(picture.width) * scale)
            let dark = Colour(red: 20, green: 20, blue: 24)
            var page = Raster(width: side + 200, height: side + 150, filledWith: dark)
            for y in 0..<side {
                for x in 0..<side {
                    page[x + 70, y + 40] =
                        picture[
                            Int(Double(x) / scale),
                            Int(Double(y) / scale)
                        ]
                }
            }
            let answer = try await mock.call(
                .post,
                "/_mock/phones/bob/scan?how=longpress",
                body: PNG.encode(page)
            )
            #expect(answer.json["scene"] == 1048)
            #expect(answer.json["query"] == ["scene": "abc"])
        }
    }

    @Test func `a picture without a code and one of another run are told apart`() async throws {
        try await withMock { mock async throws in
            let blank = try PNG.encode(Raster(width: 100, height: 100, filledWith: .white))
            let path = "/_mock/phones/bob/scan"
            let none = try await mock.call(.post, path, body: blank)
            #expect(none.status == 422)
            #expect(none.error == "no_code_found")
            let foreign = try await mock.call(
                .post,
                path,
                body: CodePicture.draw("https://example.com/")
            )
            #expect(foreign.status == 422)
            let picture = try await mock.picture().bytes
            #expect(try await mock.call(.post, "/_mock/reset").status == 200)
            let old = try await mock.call(.post, path, body: picture)
            #expect(old.status == 410)
            #expect(old.error == "code_unknown")
        }
    }

    @Test func `a trial code opens for members alone`() async throws {
        try await withMock { mock async throws in
            let picture = try await mock.picture(["scene": "a", "env_version": "trial"]).bytes
            let path = "/_mock/phones"
            #expect(try await mock.call(.post, "\(path)/alice/scan", body: picture).status == 200)
            let bob = try await mock.call(.post, "\(path)/bob/scan", body: picture)
            #expect(bob.status == 403)
            #expect(bob.error == "not_a_member")
        }
    }
}

@Suite struct ControlPlaneTests {
    @Test func `health tells seed and time`() async throws {
        try await withMock { mock async throws in
            #expect(
                try await mock.call(.get, "/_mock/health").json == [
                    "status": "ok", "seed": 1, "now": "2026-01-01T00:00:00.000Z",
                ]
            )
        }
    }

    @Test func `the clock moves tokens to their end`() async throws {
        try await withMock { mock async throws in
            let token = try await mock.token()
            let clock = try await mock.call(.post, "/_mock/clock", json: ["advance_seconds": 7200])
            #expect(clock.json == ["mode": "frozen", "now": "2026-01-01T02:00:00.000Z"])
            let answer = try await mock.call(
                .post,
                "/wxa/getwxacodeunlimit?access_token=\(token)",
                json: ["scene": "a"]
            )
            #expect(answer.json["errcode"] == 42001)
            #expect(try await mock.call(.get, "/_mock/clock").json == clock.json)
        }
    }

    @Test func `people and apps can be added while the mock runs`() async throws {
        try await withMock { mock async throws in
            let person = try await mock.call(.post, "/_mock/people", json: ["name": "dave"])
            #expect(person.json["name"] == "dave")
            let app = try await mock.call(
                .post,
                "/_mock/apps",
                json: ["appid": "wxnew", "secret": "s"]
            )
            #expect(app.status == 200)
            let twice = try await mock.call(.post, "/_mock/people", json: ["name": "dave"])
            #expect(twice.status == 409)
            let world = try await mock.call(.get, "/_mock/world").json
            #expect(world["people"]?.array?.count == 5)
            #expect(world["apps"]?.array?.count == 2)
        }
    }
}
