/// Unpacks DEFLATE (RFC 1951), for the pictures that a browser shows.
///
/// Small and not fast: a code picture is a few kilobytes.
struct Inflate {
    /// Why bytes are no DEFLATE stream, or too large a one.
    struct Failure: Error {}

    private let bytes: [UInt8]
    private var place: Int
    private var bits = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let outputMax: Int

    /// Unpacks a zlib stream (RFC 1950); its checksum is not looked at.
    static func zlib(_ bytes: [UInt8], outputMax: Int) throws -> [UInt8] {
        guard bytes.count > 2, bytes[0] & 0x0F == 8, bytes[1] & 0x20 == 0 else { throw Failure() }
        var inflate = Inflate(bytes, from: 2, outputMax: outputMax)
        return try inflate.unpack()
    }

    private init(_ bytes: [UInt8], from place: Int, outputMax: Int) {
        self.bytes = bytes
        self.place = place
        self.outputMax = outputMax
    }

    private mutating func unpack() throws -> [UInt8] {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored()
            case 1: try copyCoded(Self.fixedLiterals, Self.fixedDistances)
            case 2:
                let (literals, distances) = try readCodes()
                try copyCoded(literals, distances)
            default: throw Failure()
            }
        }
        return output
    }

    private mutating func take(_ count: Int) throws -> Int {
        while bitCount < count {
            guard place < bytes.count else { throw Failure() }
            bits |= Int(bytes[place]) << bitCount
            place += 1
            bitCount += 8
        }
        let value = bits & ((1 << count) - 1)
        bits >>= count
        bitCount -= count
        return value
    }

    private mutating func copyStored() throws {
        // The rest of the byte is not used (3.2.4).
        bits = 0
        bitCount = 0
        guard place + 4 <= bytes.count else { throw Failure() }
        let length = Int(bytes[place]) | Int(bytes[place + 1]) << 8
        place += 4
        guard place + length <= bytes.count, output.count + length <= outputMax else {
            throw Failure()
        }
        output += bytes[place..<place + length]
        place += length
    }

    // MARK: Huffman codes

    /// A canonical code: how many codes have each length, and the symbols in their order.
    private struct Code {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            for length in 1...15 where counts[length] > 0 {
                symbols += lengths.indices.filter { lengths[$0] == length }
            }
        }
    }

    private static let fixedLiterals = Code(
        lengths: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
            + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8)
    )
    private static let fixedDistances = Code(lengths: [Int](repeating: 5, count: 30))

    private mutating func symbol(_ code: Code) throws -> Int {
        var value = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            value |= try take(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Failure()
    }

    private mutating func readCodes() throws -> (Code, Code) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var lengths = [Int](repeating: 0, count: 19)
        for place in order.prefix(lengthCount) { lengths[place] = try take(3) }
        let code = Code(lengths: lengths)
        lengths = []
        while lengths.count < literalCount + distanceCount {
            switch try symbol(code) {
            case 16:
                guard let last = lengths.last else { throw Failure() }
                lengths += [Int](repeating: last, count: try take(2) + 3)
            case 17: lengths += [Int](repeating: 0, count: try take(3) + 3)
            case 18: lengths += [Int](repeating: 0, count: try take(7) + 11)
            case let length: lengths.append(length)
            }
        }
        guard lengths.count == literalCount + distanceCount else { throw Failure() }
        return (
            Code(lengths: Array(lengths[..<literalCount])),
            Code(lengths: Array(lengths[literalCount...]))
        )
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ]
    private static let lengthExtras = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
    ]
    private static let distanceExtras = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13,
    ]

    private mutating func copyCoded(_ literals: Code, _ distances: Code) throws {
        while true {
            let value = try symbol(literals)
            if value < 256 {
                guard output.count < outputMax else { throw Failure() }
                output.append(UInt8(value))
                continue
            }
            if value == 256 { return }
            let place = value - 257
            guard Self.lengthBases.indices.contains(place) else { throw Failure() }
            let length = Self.lengthBases[place] + (try take(Self.lengthExtras[place]))
            let kind = try symbol(distances)
            guard Self.distanceBases.indices.contains(kind) else { throw Failure() }
            let distance = Self.distanceBases[kind] + (try take(Self.distanceExtras[kind]))
            guard distance <= output.count, output.count + length <= outputMax else {
                throw Failure()
            }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }
}
