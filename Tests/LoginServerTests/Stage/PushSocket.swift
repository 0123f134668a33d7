import Foundation

/// The browser's end of a WebSocket, frame by frame.
struct PushSocket: Sendable {
    let wire: Wire

    struct Frame: Sendable, Equatable {
        /// FIN, the reserved bits and the opcode, as in RFC 6455 section 5.2.
        var first: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// The code of a close frame.
        var code: Int? {
            first == 0x88 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
        }
    }

    struct Refused: Error {
        var answer: Answer
    }

    static let text: UInt8 = 0x81
    static let close: UInt8 = 0x88
    static let ping: UInt8 = 0x89
    static let pong: UInt8 = 0x8A

    /// What a browser says when it opens a WebSocket.
    static let handshake: [Call.Field] = [
        Call.Field("Connection", "Upgrade"), Call.Field("Upgrade", "websocket"),
        Call.Field("Sec-WebSocket-Version", "13"),
        Call.Field("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    /// The next frame of the server, which never masks.
    func frame() async throws -> Frame {
        try await wire.take { bytes in
            let bytes = Array(bytes)
            guard bytes.count >= 2 else { return nil }
            var length = Int(bytes[1])
            var start = 2
            if length == 126 {
                guard bytes.count >= 4 else { return nil }
                length = Int(bytes[2]) << 8 | Int(bytes[3])
                start = 4
            }
            guard bytes.count >= start + length else { return nil }
            return (
                Frame(first: bytes[0], payload: Array(bytes[start..<start + length])),
                start + length
            )
        }
    }

    /// The next message: its JSON as `type seq expires_in`.
    func message() async throws -> String {
        let frame = try await frame()
        guard frame.first == Self.text else { return "frame \(frame.first): \(frame.text)" }
        return Self.summary(frame.payload)
    }

    static func summary(_ json: [UInt8]) -> String {
        let push = Answer(status: 0, fields: [], body: json)
        return [
            push.text("type"), push.number("seq").map(String.init),
            push.number("expires_in").map(String.init),
        ]
        .map { $0 ?? "?" }.joined(separator: " ")
    }

    /// Sends a frame, masked as RFC 6455 section 5.3 demands of a client.
    func send(_ first: UInt8, _ payload: [UInt8] = [], isMasked: Bool = true) async throws {
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        var bytes = [first]
        let flag: UInt8 = isMasked ? 0x80 : 0
        if payload.count < 126 {
            bytes.append(flag | UInt8(payload.count))
        } else {
            bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        if isMasked { bytes += mask }
        bytes += payload.enumerated().map {
            isMasked ? $0.element ^ mask[$0.offset % 4] : $0.element
        }
        try await wire.send(bytes)
    }
}

extension PushSocket {
    /// Answers the server's close.
    ///
    /// - Returns: what came besides, which should be nothing.
    func farewell() async throws -> [UInt8] {
        try await send(Self.close, [0x03, 0xE8])
        return try await wire.end()
    }
}

extension Browser {
    /// Watches its attempt over a WebSocket.
    ///
    /// - Throws: `PushSocket.Refused` with the answer when there was no upgrade.
    func watch(_ target: String = "/attempt/events") async throws -> PushSocket {
        let wire = try await stage.wire(from: address)
        let fields = fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
        let answer = try await wire.exchange(Call("GET", target, fields), host: stage.host)
        guard answer.status == 101 else { throw PushSocket.Refused(answer: answer) }
        return PushSocket(wire: wire)
    }

    /// Watches its attempt as an event stream.
    func stream() async throws -> PushStream {
        let wire = try await stage.wire(from: address)
        let call = Call(
            "GET",
            "/attempt/events",
            fields + [Call.Field("Accept", "text/event-stream")]
        )
        try await wire.send(call.bytes(to: stage.host))
        return PushStream(head: try await wire.answerHead(), wire: wire)
    }
}

/// The browser's end of an event stream.
struct PushStream: Sendable {
    let head: Answer
    let wire: Wire

    /// The next chunk, which is one event or one comment; empty at the end.
    func event() async throws -> String {
        String(decoding: try await wire.take(Answer.chunk), as: UTF8.self)
    }
}
