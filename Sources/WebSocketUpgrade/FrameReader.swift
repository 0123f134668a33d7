import NIOCore
import NIOWebSocket

/// Reads the frames of a WebSocket's client (RFC 6455 section 5.2) from bytes as they come.
///
/// A value that keeps nothing between whole frames: ten thousand browsers wait, and hardly any ever
/// says a word. NIO's decoder keeps several hundred bytes for each.
struct FrameReader {
    /// The largest frame that is read.
    let bytesMax: Int
    /// The beginning of a frame whose end is not here yet.
    private var rest: ByteBuffer?

    struct Frame {
        var opcode: WebSocketOpcode
        /// Unmasked.
        var payload: ByteBuffer
    }

    /// What no client may send; the connection ends with its code.
    struct Flaw: Error, Equatable {
        var code: WebSocketErrorCode
        var reason: String
    }

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    mutating func add(_ bytes: ByteBuffer) {
        guard var whole = rest else {
            rest = bytes
            return
        }
        whole.writeImmutableBuffer(bytes)
        rest = whole
    }

    /// The next frame; nil when it is not whole yet.
    mutating func next() throws(Flaw) -> Frame? {
        guard var bytes = rest else { return nil }
        // While it is read there is one owner, and nothing is copied.
        rest = nil
        guard let frame = try read(&bytes) else {
            // A copy: what was received may be a small part of a buffer that others use again.
            rest = bytes.readableBytes == 0 ? nil : ByteBuffer(bytes: bytes.readableBytesView)
            return nil
        }
        rest = bytes.readableBytes == 0 ? nil : bytes
        return frame
    }

    private func read(_ bytes: inout ByteBuffer) throws(Flaw) -> Frame? {
        let start = bytes.readerIndex
        guard let first = bytes.getInteger(at: start, as: UInt8.self),
            let second = bytes.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        let opcode = try Self.opcode(first, second)
        guard let (length, lengthBytes) = length(second, bytes, start + 2) else { return nil }
        if opcode.isControlOpcode, length > 125 {
            throw Flaw(code: .protocolError, reason: "control frames are short and whole")
        }
        guard length <= bytesMax else {
            throw Flaw(code: .messageTooLarge, reason: "at most \(bytesMax) bytes")
        }
        let head = 2 + lengthBytes + 4
        guard bytes.readableBytes >= head + length,
            let key = bytes.getBytes(at: start + 2 + lengthBytes, length: 4)
        else { return nil }
        bytes.moveReaderIndex(forwardBy: head)
        guard var payload = bytes.readSlice(length: length), let mask = WebSocketMaskingKey(key)
        else { return nil }
        payload.webSocketUnmask(mask)
        return Frame(opcode: opcode, payload: payload)
    }

    /// What the first two bytes say, where a client may say so.
    private static func opcode(_ first: UInt8, _ second: UInt8) throws(Flaw) -> WebSocketOpcode {
        // Section 5.1: a server must close when a client's frame is not masked.
        guard second & 0x80 != 0 else {
            throw Flaw(code: .protocolError, reason: "frames must be masked")
        }
        // Section 5.2: without an extension these bits mean nothing.
        guard first & 0x70 == 0 else {
            throw Flaw(code: .protocolError, reason: "reserved bits must be zero")
        }
        let opcode: WebSocketOpcode
        switch first & 0x0F {
        case 0x0: opcode = .continuation
        case 0x1: opcode = .text
        case 0x2: opcode = .binary
        case 0x8: opcode = .connectionClose
        case 0x9: opcode = .ping
        case 0xA: opcode = .pong
        default: throw Flaw(code: .protocolError, reason: "this opcode means nothing")
        }
        if opcode.isControlOpcode, first & 0x80 == 0 {
            throw Flaw(code: .protocolError, reason: "control frames are short and whole")
        }
        return opcode
    }

    /// The payload's length, and how many bytes behind the second say it; nil when they are not here.
    private func length(_ second: UInt8, _ bytes: ByteBuffer, _ place: Int) -> (Int, Int)? {
        switch second & 0x7F {
        case 126:
            return bytes.getInteger(at: place, as: UInt16.self).map { (Int($0), 2) }
        case 127:
            guard let length = bytes.getInteger(at: place, as: UInt64.self) else { return nil }
            return (Int(clamping: length), 8)
        case let length:
            return (Int(length), 0)
        }
    }

    /// A whole frame as a server sends it, which never masks.
    static func bytes(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBufferView,
        _ allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var frame = allocator.buffer(capacity: payload.count + 10)
        frame.writeInteger(UInt8(0x80) | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ..<126:
            frame.writeInteger(UInt8(payload.count))
        case ..<65_536:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeBytes(payload)
        return frame
    }
}
