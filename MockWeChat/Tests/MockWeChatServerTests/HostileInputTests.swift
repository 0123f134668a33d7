import MockWeChatWorld
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite struct HostileInputTests {
    @Test func `a body over the limit answers 413`() async throws {
        try await withMock { mock async throws in
            let mega = [UInt8](repeating: 0x20, count: 1 << 20)
            let path = "/cgi-bin/stable_token"
            #expect(try await mock.call(.POST, path, body: mega).json["errcode"] == 47001)
            #expect(try await mock.call(.POST, path, body: mega + [0x20]).status == 413)
            let control = try await mock.call(.POST, "/_mock/faults", body: mega + [0x20])
            #expect(control.status == 413)
            #expect(control.error == "too_large")
            #expect(try await mock.call(.GET, "/_mock/health").status == 200)
        }
    }

    @Test func `a caller refused in the middle of a body gets the answer all the same`()
        async throws
    {
        try await withMock { mock async throws in
            // Far more than the sockets hold, so that the refusal comes while it is being sent.
            let flood = ByteBuffer(repeating: 0x20, count: 40 << 20)
            let head =
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(flood.readableBytes)\r\n\r\n"
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connect(host: "127.0.0.1", port: mock.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)
                        )
                    }
                }
            let seen = try await channel.executeThenClose { inbound, outbound in
                async let sent: Void = outbound.write(
                    contentsOf: [ByteBuffer(string: head), flood]
                )
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                // The whole of it was taken: no reset came before the answer was read.
                try await sent
                return text
            }
            #expect(seen.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a picture to check may be large, and WeChat itself says when it is too large`()
        async throws
    {
        try await withMock { mock async throws in
            let token = try await mock.token()
            func check(byteCount: Int) async throws -> JSON? {
                let head =
                    "--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a\"\r\n\r\n"
                let file = Array("GIF89a".utf8) + [UInt8](repeating: 0, count: byteCount - 6)
                return try await mock.call(
                    .POST,
                    "/wxa/img_sec_check?access_token=\(token)",
                    body: Array(head.utf8) + file + Array("\r\n--b--\r\n".utf8),
                    headers: ["content-type": "multipart/form-data; boundary=b"]
                ).json["errcode"]
            }
            #expect(try await check(byteCount: 1 << 20) == 0)
            #expect(try await check(byteCount: (1 << 20) + 1) == 45002)
        }
    }

    @Test(arguments: [
        "/", "//cgi-bin/token", "/%", "/cgi-bin/token%00", "/?%zz=%", "/_mocking",
        "/cgi-bin/token?appid=%FF%FE", "/sns/../cgi-bin/token",
    ])
    func `no odd target answers 500`(target: String) async throws {
        try await withMock { mock async throws in
            for method in [HTTPMethod.GET, .POST, .PUT, .DELETE, .HEAD, .OPTIONS] {
                #expect(try await mock.call(method, target, body: [0xFF, 0x00]).status == 200)
            }
        }
    }

    @Test(
        arguments: [
            (.GET, "/_mock", 404, "no_such_path"),
            (.GET, "/_mock/", 404, "no_such_path"),
            (.GET, "/_mock/nothing", 404, "no_such_path"),
            (.GET, "/_mock/phones//login", 404, "no_such_path"),
            (.POST, "/_mock/health", 405, "method_not_allowed"),
            (.GET, "/_mock/clock?x=1", 400, "bad_request"),
            (.POST, "/_mock/faults", 400, "not_json"),
            (.POST, "/_mock/clock", 400, "not_json"),
            (.DELETE, "/_mock/faults/f1", 404, "no_such_fault"),
            (.GET, "/_mock/journal?limit=-1", 400, "bad_request"),
            (.POST, "/_mock/phones/alice/scan", 415, "not_png"),
            (.POST, "/_mock/phones/zoe/scan", 404, "no_such_person"),
            (.POST, "/_mock/phones/%E7%88%B1/scan", 404, "no_such_person"),
            (.POST, "/_mock/phones/alice/scan?how=glance", 400, "bad_how"),
            (.POST, "/_mock/phones/alice/scan?why=1", 400, "bad_request"),
        ] as [(HTTPMethod, String, Int, String)]
    )
    func `the control plane names what is wrong`(
        method: HTTPMethod,
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
                .POST,
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
