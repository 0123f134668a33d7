import AsyncHTTPClient
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import NIOHTTP1
import Testing

/// What a mini-program on the virtual phone calls: registered domains alone, within limits.
@Suite struct PhoneCallTests {
    private static let fromThePage: HTTPHeaders = ["x-mock-phone": "1"]

    /// A mock that phones are held in, and another that plays the mini-program's own server.
    private func withServer(
        _ test: @Sendable (_ phone: MockCaller, _ server: MockCaller) async throws -> Void
    ) async throws {
        try await withMock { server async throws in
            try await Self.withPhone([server.url]) { phone async throws in
                try await test(phone, server)
            }
        }
    }

    /// A mock whose app has these domains registered.
    private static func withPhone(
        _ domains: [String],
        _ test: @Sendable (MockCaller) async throws -> Void
    ) async throws {
        try await withMock(change: { $0.apps[0].requestDomains = domains }, test: test)
    }

    private static func json(
        _ url: String,
        _ more: [(String, JSON)] = []
    ) -> JSON {
        let call: [(String, JSON)] = [("appid", .string(MockCaller.appid)), ("url", .string(url))]
        return .object((call + more).map { JSONMember($0.0, $0.1) })
    }

    private static func request(
        _ phone: MockCaller,
        _ url: String,
        _ more: [(String, JSON)] = []
    ) async throws -> MockAnswer {
        try await phone.call(
            .POST,
            "/_mock/phones/alice/request",
            body: json(url, more).bytes(),
            headers: fromThePage
        )
    }

    /// What came to the server, but for the calls of its control plane.
    private static func heard(_ server: MockCaller) async throws -> [JSON] {
        try await server.call(.GET, "/_mock/journal").json["entries"]?.array ?? []
    }

    @Test func `a registered domain is called, and its answer is a success whatever its status`()
        async throws
    {
        try await withServer { phone, server async throws in
            let fault: JSON = [
                "endpoint": "/sns/jscode2session", "status": 410, "body": "{\"code\":410}",
            ]
            #expect(try await server.call(.POST, "/_mock/faults", json: fault).status == 200)
            let answer = try await Self.request(
                phone,
                "\(server.url)/sns/jscode2session?a=b#c",
                [
                    ("method", "POST"), ("data", "{\"scene\":\"s\"}"),
                    (
                        "header",
                        [
                            "Authorization": "Bearer x", "Referer": "https://evil.example/",
                            "Host": "h",
                        ]
                    ),
                ]
            )
            #expect(answer.json["statusCode"] == 410)
            #expect(answer.json["data"] == "{\"code\":410}")
            #expect(answer.json["errMsg"] == "request:ok")

            let heard = try #require(try await Self.heard(server).first)
            #expect(heard["method"] == "POST")
            #expect(heard["query"] == ["a": "b"])
            #expect(heard["request_body"] == "{\"scene\":\"s\"}")
            let head = heard["request_headers"]
            let page = "https://servicewechat.com/\(MockCaller.appid)/1/page-frame.html"
            #expect(head?["referer"] == .string(page))
            #expect(head?["authorization"] == "Bearer x")
            #expect(head?["content-type"] == "application/json")
            #expect(head?["host"]?.string == String(server.url.dropFirst("http://".count)))
        }
    }

    @Test func `a version that is not released says 0 in its Referer`() async throws {
        try await withServer { phone, server async throws in
            _ = try await Self.request(phone, server.url, [("env_version", "trial")])
            let head = try await Self.heard(server).first?["request_headers"]
            let page = "https://servicewechat.com/\(MockCaller.appid)/0/page-frame.html"
            #expect(head?["referer"] == .string(page))
        }
    }

    @Test func `a file goes up as a form, and its name cannot break out of it`() async throws {
        try await withServer { phone, server async throws in
            let call = Self.json(
                "\(server.url)/mp/avatar",
                [
                    ("name", "file"), ("file_name", "a\".png"), ("content_type", "image/png"),
                    ("form_data", ["k\"\r\nx: y": "v"]),
                ]
            )
            let query = call.bytes().map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            let answer = try await phone.call(
                .POST,
                "/_mock/phones/alice/upload?call=\(query.joined())",
                body: Array("the bytes".utf8),
                headers: Self.fromThePage
            )
            #expect(answer.json["errMsg"] == "uploadFile:ok")
            #expect(answer.json["data"]?.string?.isEmpty == false)
            let heard = try #require(try await Self.heard(server).first)
            let type = try #require(heard["request_headers"]?["content-type"]?.string)
            let boundary = try #require(type.split(separator: "boundary=").last)
            #expect(
                heard["request_body"]?.string == """
                    --\(boundary)\r
                    Content-Disposition: form-data; name="k%22%0Ax: y"\r
                    \r
                    v\r
                    --\(boundary)\r
                    Content-Disposition: form-data; name="file"; filename="a%22.png"\r
                    Content-Type: image/png\r
                    \r
                    the bytes\r
                    --\(boundary)--\r

                    """
            )
        }
    }

    @Test(
        arguments: [
            "http://localhost:PORT/", "http://127.0.0.1/", "http://127.0.0.1:0PORT/",
            "https://127.0.0.1:PORT/", "http://127.1:PORT/", "http://2130706433:PORT/",
            "http://0x7f.0.0.1:PORT/", "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/",
            "http://127.0.0.1:PORT@evil.example/", "http://user@127.0.0.1:PORT/",
            "http://127.0.0.1:PORT.evil.example/", "http://127.0.0.1:PORT\\@evil.example/",
            "http://127.0.0.1:PORT%2F@evil.example/", "http://127.0.0.1.:PORT/",
            "http://169.254.169.254/latest/meta-data", "//127.0.0.1:PORT/", "127.0.0.1:PORT",
            " http://127.0.0.1:PORT/", "http://127.0.0.1:PORT/ x", "http://127.0.0.1:PORT/\r\nx: y",
            "http:/127.0.0.1:PORT/", "http://127.0.0.1:PORT:PORT/", "file:///etc/passwd",
            "ftp://127.0.0.1:PORT/", "http://", "", "http://127.0.0.1:PORT/ü",
        ]
    )
    func `T27 an address that is not registered is not called`(address: String) async throws {
        try await withServer { phone, server async throws in
            let url = address.replacing("PORT", with: String(server.port))
            let answer = try await Self.request(phone, url)
            #expect(answer.json == ["errMsg": "request:fail url not in domain list"])
            #expect(try await Self.heard(server).isEmpty)
        }
    }

    @Test func `T27 a redirect is handed over and not followed`() async throws {
        try await withMock { target async throws in
            let answer = """
                HTTP/1.1 302 Found\r
                Location: \(target.url)/cgi-bin/token\r
                Content-Length: 0\r
                \r

                """
            try await FixedServer.with(answer: answer) { url in
                try await Self.withPhone([url, target.url]) { phone async throws in
                    let seen = try await Self.request(phone, url)
                    #expect(seen.json["statusCode"] == 302)
                    #expect(seen.json["header"]?["Location"]?.string?.isEmpty == false)
                }
            }
            #expect(try await Self.heard(target).isEmpty)
        }
    }

    @Test func `a server that does not answer in time fails with WeChat's word`() async throws {
        try await FixedServer.with(answer: "") { url in
            try await Self.withPhone([url]) { phone async throws in
                let answer = try await Self.request(phone, url, [("timeout", 50)])
                #expect(answer.json == ["errMsg": "request:fail timeout"])
            }
        }
    }

    @Test
    func `nobody at the port, half an answer and no HTTP are failures in the form of WeChat's`()
        async throws
    {
        func expectFailure(of url: String) async throws {
            try await Self.withPhone([url]) { phone async throws in
                let answer = try await Self.request(phone, url).json
                #expect(answer["errMsg"]?.string?.hasPrefix("request:fail errcode:-") == true)
                #expect(answer["statusCode"] == nil)
            }
        }
        try await FixedServer.withDeafPort { try await expectFailure(of: $0) }
        for answer in ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "SSH-2.0-x\r\n"] {
            try await FixedServer.with(answer: answer, expectFailure)
        }
    }

    @Test(
        arguments: [
            (4 << 20, "request:ok"),
            ((4 << 20) + 1, "request:fail the answer has more than 4194304 bytes"),
        ]
    )
    func `an answer of more than 4 MiB fails`(byteCount: Int, errMsg: String) async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(byteCount)\r\n\r\n"
        let text = head + String(repeating: "x", count: byteCount)
        try await FixedServer.with(answer: text) { url in
            try await Self.withPhone([url]) { phone async throws in
                let answer = try await Self.request(phone, url).json
                #expect(answer["errMsg"]?.string == errMsg)
            }
        }
    }

    @Test func `what a mini-program sends is limited, and what is wrong is named`() async throws {
        try await withServer { phone, server async throws in
            let url = server.url
            let big = try await Self.request(
                phone,
                url,
                [("data", .string(String(repeating: "x", count: 1 << 20)))]
            )
            #expect(big.status == 413)
            let file = try await phone.call(
                .POST,
                "/_mock/phones/alice/upload?call=%7B%7D",
                body: [UInt8](repeating: 0, count: (10 << 20) + 1),
                headers: Self.fromThePage
            )
            #expect(file.status == 413)
            let many = (0..<65).map { JSONMember("x-\($0)", "1") }
            let wrong: [(String, JSON)] = [
                ("method", "PATCH"), ("method", "GET / HTTP/1.1\r\n"), ("timeout", 60_001),
                ("header", ["x y": "z"]), ("header", ["x": "a\r\nb: c"]), ("header", .object(many)),
                ("header", ["x": .string(String(repeating: "x", count: 8193))]), ("unknown", 1),
            ]
            for one in wrong {
                let answer = try await Self.request(phone, url, [one])
                #expect(answer.status == 400, "\(one)")
                #expect(answer.json["detail"]?.string?.hasPrefix(one.0) == true, "\(answer.text)")
            }
            #expect(try await Self.heard(server).isEmpty)
        }
    }

    @Test func `at most 64 calls are under way`() async throws {
        try await FixedServer.with(answer: "") { url in
            try await Self.withPhone([url]) { phone async throws in
                // The tests' shared client has eight connections to a host.
                var configuration = HTTPClient.Configuration()
                configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100
                let client = HTTPClient(configuration: configuration)
                var call = HTTPClientRequest(url: "\(phone.url)/_mock/phones/alice/request")
                call.method = .POST
                call.headers = Self.fromThePage
                call.body = .bytes(Self.json(url).bytes())
                let first = try await withThrowingTaskGroup(of: UInt?.self) { [call] group in
                    for _ in 0...64 {
                        group.addTask {
                            try? await client.execute(call, timeout: .seconds(30)).status.code
                        }
                    }
                    // The others wait for a server that says nothing.
                    let first = try await group.next()
                    group.cancelAll()
                    return first
                }
                try await client.shutdown()
                #expect(first == 429)
            }
        }
    }

    @Test func `nobody and no such app call nothing`() async throws {
        try await withServer { phone, server async throws in
            let body = Self.json(server.url).bytes()
            let zoe = try await phone.call(
                .POST,
                "/_mock/phones/zoe/request",
                body: body,
                headers: Self.fromThePage
            )
            #expect(zoe.error == "no_such_person")
            let json: JSON = ["appid": "wxnone", "url": .string(server.url)]
            let none = try await phone.call(
                .POST,
                "/_mock/phones/alice/request",
                body: json.bytes(),
                headers: Self.fromThePage
            )
            #expect(none.error == "no_such_app")
        }
    }

    @Test func `a mock without a socket sends nothing`() throws {
        let server = try MockWeChatServer.silent()
        let reply = server.answer(
            "POST",
            "/_mock/phones/alice/request",
            headers: [("Host", "localhost"), ("X-Mock-Phone", "1")],
            body: Self.json("http://127.0.0.1:8080/").bytes()
        )
        #expect(reply.status == 501)
    }
}
