import LoginDomain
import LoginService
import NIOCore
import Testing

@testable import WebSocketUpgrade

/// How many connections and WebSockets one address may have.
@Suite struct ConnectionLimitTests {
    @Test func `T32 an address has 64 connections, and the next is closed at once`() async throws {
        try await EdgeStage.with { stage in
            var wires: [Wire] = []
            for _ in 0..<64 {
                let wire = try await stage.wire(from: "127.0.0.8")
                try await wire.send(Call("GET", "/session").bytes(to: stage.host))
                #expect(try await wire.answer().status == 401)
                wires.append(wire)
            }
            let next = try await stage.wire(from: "127.0.0.8")
            #expect(try await next.end() == [])
            // Others are served, and so is this one once a place is free.
            let other = try await stage.send(Call("GET", "/session"), from: "127.0.0.9")
            #expect(other.status == 401)
            let first = try await wires[0].exchange(Call("GET", "/session"), host: stage.host)
            #expect(first.status == 401)
            await wires[0].close()
            let isServed = try await stage.eventually {
                let wire = try await stage.wire(from: "127.0.0.8")
                // Into a connection that is closed already nothing can be sent.
                try? await wire.send(Call("GET", "/session").bytes(to: stage.host))
                return try await wire.hasAnswer()
            }
            #expect(isServed)
        }
    }

    @Test func `T32 an address has 20 WebSockets, and the next gets 429 before the upgrade`()
        async throws
    {
        try await EdgeStage.with { stage in
            var sockets: [PushSocket] = []
            for _ in 0..<20 {
                let browser = Browser(stage, at: "127.0.0.8")
                _ = try await browser.open()
                let socket = try await browser.watch()
                #expect(try await socket.message() == "created 1 120")
                sockets.append(socket)
            }
            let late = Browser(stage, at: "127.0.0.8")
            _ = try await late.open()
            let refused = await #expect(throws: PushSocket.Refused.self) {
                _ = try await late.watch()
            }
            #expect(refused?.answer.status == 429)
            #expect(refused?.answer.error == "rate_limited")
            #expect(refused?.answer["Retry-After"] == "10")
            #expect(stage.service.watchers.count == 20)
            // Plain requests go on, other addresses have places of their own.
            #expect(try await late.state() == "created")
            let other = Browser(stage, at: "127.0.0.9")
            _ = try await other.open()
            #expect(try await other.watch().message() == "created 1 120")
            // A place that is left can be taken.
            await sockets[0].wire.close()
            let isServed = try await stage.eventually {
                do {
                    return try await late.watch().message() == "created 1 120"
                } catch is PushSocket.Refused {
                    return false
                }
            }
            #expect(isServed)
        }
    }

    @Test func `T32 the numbers are the policy's`() async throws {
        try await EdgeStage.with {
            $0.policy.connectionsPerAddress = 2
            $0.policy.webSocketsPerAddress = 1
        } _: { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let socket = try await browser.watch()
            #expect(try await socket.message() == "created 1 120")
            let refused = await #expect(throws: PushSocket.Refused.self) {
                _ = try await browser.watch()
            }
            #expect(refused?.answer.status == 429)
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("::ffff:192.0.2.1", "192.0.2.1", true), ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("::1", "::2", true),
    ])
    func `T32 an IPv6 address counts with its whole network`(
        one: String,
        other: String,
        isSame: Bool
    ) throws {
        let keys = try [one, other].map {
            AddressCounter.key(try SocketAddress(ipAddress: $0, port: 1))
        }
        #expect((keys[0] == keys[1]) == isSame)
    }
}
