import MockWeChatWorld
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(10))) struct CutTests {
    /// What a caller sees of one exchange on a plain socket: the bytes, and whether it was reset.
    private func exchange(
        _ mock: MockCaller,
        _ target: String
    ) async throws -> (text: String, isReset: Bool) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: mock.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            )
            var text = ""
            do {
                for try await part in inbound { text += String(buffer: part) }
                return (text, false)
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                return (text, true)
            }
        }
    }

    @Test func `before_headers closes in order, before a byte`() async throws {
        try await withMock { mock async throws in
            _ = try await mock.call(
                .POST,
                "/_mock/faults",
                json: ["endpoint": "*", "cut": "before_headers"]
            )
            let seen = try await exchange(mock, "/cgi-bin/token")
            #expect(seen.text.isEmpty)
            #expect(!seen.isReset)
        }
    }

    @Test func `mid_body closes in order, after half of the body`() async throws {
        try await withMock { mock async throws in
            let fault: JSON = ["endpoint": "*", "cut": "mid_body", "body": "0123456789"]
            _ = try await mock.call(.POST, "/_mock/faults", json: fault)
            let seen = try await exchange(mock, "/cgi-bin/token")
            #expect(seen.text.contains("Content-Length: 10\r\n"))
            #expect(seen.text.hasSuffix("\r\n\r\n01234"))
            #expect(!seen.isReset)
        }
    }

    @Test func `a trickled body comes whole, a byte at a time`() async throws {
        try await withMock { mock async throws in
            let fault: JSON = ["endpoint": "*", "trickle_ms": 1, "body": "0123456789"]
            _ = try await mock.call(.POST, "/_mock/faults", json: fault)
            let began = ContinuousClock.now
            let seen = try await exchange(mock, "/cgi-bin/token")
            #expect(ContinuousClock.now - began >= .milliseconds(10))
            #expect(seen.text.contains("Content-Length: 10\r\n"))
            #expect(seen.text.hasSuffix("\r\n\r\n0123456789"))
        }
    }

    @Test func `a padded body has the length that it says, and begins with what was given`()
        async throws
    {
        try await withMock { mock async throws in
            let fault: JSON = ["endpoint": "*", "body": "<html>", "body_bytes": 200_000]
            _ = try await mock.call(.POST, "/_mock/faults", json: fault)
            let seen = try await exchange(mock, "/cgi-bin/token")
            #expect(seen.text.contains("Content-Length: 200000\r\n"))
            let body = seen.text.firstRange(of: "\r\n\r\n").map { seen.text[$0.upperBound...] }
            #expect(body == "<html>" + String(repeating: " ", count: 199_994))
        }
    }

    @Test func `reset sends RST`() async throws {
        try await withMock { mock async throws in
            _ = try await mock.call(
                .POST,
                "/_mock/faults",
                json: ["endpoint": "*", "cut": "reset"]
            )
            let seen = try await exchange(mock, "/cgi-bin/token")
            #expect(seen.text.isEmpty)
            #expect(seen.isReset)
        }
    }

    @Test(arguments: [("before", 0), ("after", 1)])
    func `a cut call takes effect only when it is asked to`(
        effect: String,
        used: Int
    ) async throws {
        try await withMock { mock async throws in
            let fault: JSON = ["endpoint": "*", "cut": "reset", "effect": .string(effect)]
            _ = try await mock.call(.POST, "/_mock/faults", json: fault)
            _ = try await exchange(
                mock,
                "/cgi-bin/token?grant_type=client_credential&appid=\(MockCaller.appid)"
                    + "&secret=\(MockCaller.secret)"
            )
            let costs = try await mock.call(.GET, "/_mock/costs").json["apps"]
            let calls = costs?[MockCaller.appid]?["/cgi-bin/token"]?["calls"]?.integer ?? 0
            #expect(calls == used)
        }
    }
}
