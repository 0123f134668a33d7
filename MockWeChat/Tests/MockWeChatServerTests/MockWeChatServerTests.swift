import CodePicture
import MockWeChatServer
import MockWeChatWorld
import NIOHTTP1
import Testing

@Suite struct MockWeChatServerTests {
    @Test func `a whole login goes over a real connection`() async throws {
        try await withMock { mock async throws in
            let picture = try await mock.picture(["scene": "s-1", "is_hyaline": true])
            #expect(picture.contentType == "image/jpeg")
            #expect(picture.headers.first(name: "content-length") == String(picture.bytes.count))
            #expect(picture.headers.first(name: "transfer-encoding") == nil)
            #expect(picture.headers.first(name: "date") == "Thu, 01 Jan 2026 00:00:00 GMT")
            #expect(Array(picture.bytes.prefix(8)) == PNG.signature)
            let scan = try await mock.call(
                .POST,
                "/_mock/phones/alice/scan",
                body: picture.bytes
            )
            #expect(scan.status == 200)
            #expect(scan.json["query"] == ["scene": "s-1"])
            let login = try await mock.call(
                .POST,
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
                bytes.add(try await mock.call(.GET, "/_mock/journal").bytes)
                bytes.add(try await mock.call(.GET, "/_mock/world").bytes)
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
            let page = try await mock.call(.GET, String(url.dropFirst("http://localhost".count)))
            #expect(page.status == 200)
            #expect(page.contentType == "text/html; charset=utf-8")
            #expect(page.text.contains("a&amp;b&#39;c"))
            let gone = try await mock.call(.GET, "/_mock/c/0000000000000000")
            #expect(gone.status == 410)
            #expect(gone.error == "code_unknown")
        }
    }

    @Test func `a delay is waited for in real time while the clock is frozen`() async throws {
        try await withMock { mock async throws in
            let fault: JSON = ["endpoint": "/cgi-bin/token", "delay_ms": 60, "count": 1]
            #expect(try await mock.call(.POST, "/_mock/faults", json: fault).json == ["id": "f1"])
            let begun = ContinuousClock.now
            #expect(try await !mock.token().isEmpty)
            let taken = ContinuousClock.now - begun
            #expect(taken >= .milliseconds(60))
            #expect(try await !mock.token().isEmpty)
        }
    }

    @Test func `the journal shows a picture by its digest and leaves the control plane out`()
        async throws
    {
        try await withMock { mock async throws in
            let picture = try await mock.picture()
            let journal = try await mock.call(.GET, "/_mock/journal").json
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
