import HTTPTransport
import HTTPTransportAHC
import HTTPTypes
import NIOCore
import NIOPosix
import Testing

struct AHCTransportTests {
    /// Asks a server that answers with `bytes`.
    private func ask(
        _ bytes: String,
        then ending: ByteServer.Ending = .close,
        scheme: String = "http",
        path: String = "/",
        fields: HTTPFields = [:],
        timeout: Duration = .seconds(20),
        answerBytesMax: Int = 1 << 20,
        connectTimeout: Duration = .seconds(10)
    ) async throws -> HTTPAnswer {
        try await withAHCTransport(connectTimeout: connectTimeout) { transport in
            try await ByteServer.with(answering: bytes, then: ending) { server in
                let request = HTTPRequest(
                    method: .get,
                    scheme: scheme,
                    authority: "127.0.0.1:\(server.port)",
                    path: path,
                    headerFields: fields
                )
                return try await transport.send(
                    HTTPCall(request, timeout: timeout, answerBytesMax: answerBytesMax)
                )
            }
        }
    }

    @Test func `status, fields and body come back whole`() async throws {
        let answer = try await ask(
            "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello",
            then: .hold
        )
        #expect(answer.response.status.code == 503)
        #expect(answer.response.headerFields[.retryAfter] == "7")
        #expect(answer.body == Array("hello".utf8))
    }

    @Test func `the path and its query go out untouched`() async throws {
        let answer = try await ask(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<request line>",
            path: "/a?b=c%2Fd"
        )
        #expect(String(decoding: answer.body, as: UTF8.self) == "GET /a?b=c%2Fd HTTP/1.1")
    }

    @Test func `several cookies go out in one field`() async throws {
        let answer = try await ask(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<request>",
            fields: [.cookie: "a=1; b=2"]
        )
        let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.filter { $0.lowercased().hasPrefix("cookie") } == ["Cookie: a=1; b=2"])
    }

    @Test func `a redirect is handed back and not followed`() async throws {
        let answer = try await ask(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        )
        #expect(answer.response.status.code == 302)
        #expect(answer.response.headerFields[.location] == "http://127.0.0.1:1/")
    }

    @Test func `two cookies stay two fields`() async throws {
        let answer = try await ask(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
        )
        #expect(answer.response.headerFields[values: .setCookie] == ["a=1", "b=2"])
    }

    @Test func `a server that never answers times the call out`() async throws {
        await #expect(throws: HTTPTransportError.timedOut) {
            try await ask("", then: .hold, timeout: .milliseconds(30))
        }
    }

    @Test func `a body that never ends times the call out`() async throws {
        await #expect(throws: HTTPTransportError.timedOut) {
            try await ask(
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                then: .hold,
                timeout: .milliseconds(200)
            )
        }
    }

    @Test func `a connection closed before the head is cut off`() async throws {
        await #expect(throws: HTTPTransportError.cutOff) { try await ask("") }
    }

    @Test func `a connection closed inside the body is cut off`() async throws {
        await #expect(throws: HTTPTransportError.cutOff) {
            try await ask("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
    }

    @Test func `an answer that is not HTTP is cut off`() async throws {
        await #expect(throws: HTTPTransportError.cutOff) { try await ask("good day\r\n\r\n") }
    }

    @Test func `an answer over the limit is refused`() async throws {
        let bytes = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"
        await #expect(throws: HTTPTransportError.answerTooLarge) {
            try await ask(bytes, answerBytesMax: 10)
        }
        #expect(try await ask(bytes, answerBytesMax: 11).body.count == 11)
    }

    @Test func `a port where nobody listens is unreachable`() async throws {
        let port = try await ByteServer.with(answering: "", then: .close) { $0.port }
        await #expect(throws: HTTPTransportError.unreachable) {
            try await withAHCTransport { transport in
                try await transport.send(
                    HTTPCall(
                        HTTPRequest(
                            method: .get,
                            scheme: "http",
                            authority: "127.0.0.1:\(port)",
                            path: "/"
                        )
                    )
                )
            }
        }
    }

    @Test func `a server that does not speak TLS is unreachable by https`() async throws {
        await #expect(throws: HTTPTransportError.unreachable) {
            try await ask(
                "HTTP/1.1 200 OK\r\n\r\n",
                scheme: "https",
                connectTimeout: .milliseconds(50)
            )
        }
    }

    @Test func `a call without a server is unreachable`() async throws {
        await #expect(throws: HTTPTransportError.unreachable) {
            try await withAHCTransport { transport in
                try await transport.send(
                    HTTPCall(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/"))
                )
            }
        }
    }

    @Test func `a cancelled task gets no answer`() async throws {
        try await ByteServer.with(answering: "", then: .hold) { server in
            try await withAHCTransport { transport in
                let request = HTTPRequest(
                    method: .get,
                    scheme: "http",
                    authority: "127.0.0.1:\(server.port)",
                    path: "/"
                )
                await #expect(throws: HTTPTransportError.cancelled) {
                    try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                        group.addTask { try await transport.send(HTTPCall(request)) }
                        group.cancelAll()
                        _ = try await group.next()
                    }
                }
            }
        }
    }
}
