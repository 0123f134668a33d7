import NIOCore
import NIOWebSocket
import TestSupport
import Testing

@testable import WebSocketUpgrade

/// Frames of a client, in whatever pieces they come.
@Suite struct FrameReaderTests {
    /// A frame as a browser sends it.
    private func frame(_ opcode: UInt8, _ payload: [UInt8], _ mask: [UInt8]) -> [UInt8] {
        var bytes = [0x80 | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        default: bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    private func frames(_ pieces: [[UInt8]]) throws -> [[UInt8]] {
        var reader = FrameReader(bytesMax: 4096)
        var found: [[UInt8]] = []
        for piece in pieces {
            reader.add(ByteBuffer(bytes: piece))
            while let frame = try reader.next() {
                found.append(
                    [UInt8(webSocketOpcode: frame.opcode)] + Array(frame.payload.readableBytesView)
                )
            }
        }
        return found
    }

    @Test func `frames are the same in whatever pieces they come`() throws {
        var dice = SeededDice(seed: 7)
        let lengths = [0, 1, 3, 4, 5, 124, 125, 126, 127, 1000, 4095, 4096]
        let opcodes: [UInt8] = [0, 1, 2, 8, 9, 0xA]
        for _ in 0..<50 {
            var bytes: [UInt8] = []
            var wanted: [[UInt8]] = []
            for _ in 0..<8 {
                let opcode = opcodes[Int.random(in: 0..<6, using: &dice)]
                let most = opcode < 8 ? lengths.count : 7
                let length = lengths[Int.random(in: 0..<most, using: &dice)]
                let payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
                let mask = (0..<4).map { _ in UInt8.random(in: 0...255, using: &dice) }
                bytes += frame(opcode, payload, mask)
                wanted.append([opcode] + payload)
            }
            #expect(try frames([bytes]) == wanted)
            #expect(try frames(bytes.map { [$0] }) == wanted)
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...700, using: &dice))
                pieces.append(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(try frames(pieces) == wanted)
        }
    }

    @Test(arguments: [
        ([0x81, 0x01], WebSocketErrorCode.protocolError), ([0x89, 0x00], .protocolError),
        ([0xC1, 0x80], .protocolError), ([0x83, 0x80], .protocolError),
        ([0x8F, 0x80], .protocolError), ([0x09, 0x80], .protocolError),
        ([0x08, 0x80], .protocolError), ([0x89, 0xFE, 0, 126], .protocolError),
        ([0x88, 0xFF, 0, 0, 0, 0, 0, 0, 1, 0], .protocolError),
        ([0x81, 0xFE, 0x10, 0x01], .messageTooLarge),
        ([0x81, 0xFF, 0, 0, 0, 0, 0, 1, 4, 0], .messageTooLarge),
        ([0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .messageTooLarge),
        ([0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .messageTooLarge),
    ])
    func `T30 a frame that no client may send is known by its head`(
        head: [UInt8],
        code: WebSocketErrorCode
    ) {
        // Before anything of its payload is here, byte by byte and at once.
        for pieces in [[head], head.map { [$0] }] {
            let flaw = #expect(throws: FrameReader.Flaw.self) { try frames(pieces) }
            #expect(flaw?.code == code)
        }
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
    func `what a server sends has its length before it`(length: Int) {
        let payload = [UInt8](repeating: 7, count: length)
        let bytes = FrameReader.bytes(
            .text,
            ByteBuffer(bytes: payload).readableBytesView,
            ByteBufferAllocator()
        )
        var head: [UInt8] = [0x81]
        switch length {
        case ..<126: head.append(UInt8(length))
        case ..<65_536: head += [126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: head += [127, 0, 0, 0, 0, 0, 1, 0, 0]
        }
        #expect(Array(bytes.readableBytesView) == head + payload)
    }
}
