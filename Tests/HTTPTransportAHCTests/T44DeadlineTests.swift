import HTTPTransport
import HTTPTransportAHC
import HTTPTypes
import NIOCore
import Testing

/// Servers that hang, drip and flood: how long a call takes and what it leaves behind.
@Suite(.timeLimit(.minutes(10))) struct T44DeadlineTests {
    private func call(
        _ server: FloodServer,
        timeout: Duration,
        answerBytesMax: Int = 256 * 1024
    ) -> HTTPCall {
        HTTPCall(
            HTTPRequest(
                method: .get,
                scheme: "http",
                authority: "127.0.0.1:\(server.port)",
                path: "/"
            ),
            timeout: timeout,
            answerBytesMax: answerBytesMax
        )
    }

    /// Returns once it is so; what makes it so is a connection that closes.
    private func eventually(_ isSo: () -> Bool) async {
        while !isSo(), !Task.isCancelled { await Task.yield() }
    }

    @Test func `T44 a body that drips a byte at a time times the call out`() async throws {
        try await withAHCTransport { transport in
            try await FloodServer.with(.trickle(every: .milliseconds(20))) { server in
                await #expect(throws: HTTPTransportError.timedOut) {
                    try await transport.send(call(server, timeout: .seconds(1)))
                }
                #expect(server.bytesSent > 1)
                await eventually { server.connected == 0 }
                #expect(server.connected == 0)
            }
        }
    }

    @Test func `T44 of a body of five gigabytes no more is read than may be`() async throws {
        try await withAHCTransport { transport in
            try await FloodServer.with(.flood) { server in
                await #expect(throws: HTTPTransportError.answerTooLarge) {
                    try await transport.send(call(server, timeout: .seconds(30)))
                }
                await eventually { server.connected == 0 }
                // What lies in the kernel's buffers has left the server too.
                #expect(server.bytesSent < 32 << 20)
            }
        }
    }

    @Test func `T44 sixty-four calls to a server that hangs are all under way at once`()
        async throws
    {
        try await withAHCTransport { transport in
            try await FloodServer.with(.silence) { server in
                await withTaskGroup { group in
                    for _ in 0..<64 {
                        group.addTask {
                            _ = try? await transport.send(call(server, timeout: .seconds(50)))
                        }
                    }
                    // None of them waits for another's connection.
                    await eventually { server.requests == 64 }
                    #expect(server.requests == 64)
                    group.cancelAll()
                }
            }
        }
    }

    @Test func `T44 two thousand timeouts leave no connection behind`() async throws {
        try await FloodServer.with(.silence) { server in
            try await withAHCTransport { transport in
                await withTaskGroup { group in
                    for _ in 0..<20 {
                        group.addTask {
                            for _ in 0..<100 {
                                await #expect(throws: HTTPTransportError.timedOut) {
                                    try await transport.send(
                                        call(server, timeout: .milliseconds(5))
                                    )
                                }
                            }
                        }
                    }
                }
                // One whose call was given up before it stood is kept for the next call.
                await eventually { server.connected <= AHCTransport.connectionsMax }
                #expect(server.connected <= AHCTransport.connectionsMax)
            }
            await eventually { server.connected == 0 }
            #expect(server.connected == 0)
            #expect(server.everConnected > AHCTransport.connectionsMax)
        }
    }
}
