/// Percent-encoding (RFC 3986, section 2.1) without Foundation.
package enum PercentCoding {
    /// What JavaScript's `encodeURIComponent` leaves alone (ECMA-262, section 19.2.6.4).
    private static let plain = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8
    )

    /// Encodes as JavaScript's `encodeURIComponent` does.
    static func encodeComponent(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                output.append(byte)
            } else {
                output += (byte < 0x10 ? "%0" : "%").utf8
                output += String(byte, radix: 16, uppercase: true).utf8
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes; a `%` without two hex digits stands for itself.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        decode(text.utf8, plusIsSpace: plusIsSpace)
    }

    static func decode(_ input: some Collection<UInt8>, plusIsSpace: Bool) -> String {
        let isPlain = input.allSatisfy {
            $0 != UInt8(ascii: "%") && !(plusIsSpace && $0 == UInt8(ascii: "+"))
        }
        if isPlain { return String(decoding: input, as: UTF8.self) }
        let input = Array(input)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var at = 0
        while at < input.count {
            if input[at] == UInt8(ascii: "%"), at + 2 < input.count,
                let byte = hex(input[at + 1], input[at + 2])
            {
                output.append(byte)
                at += 3
            } else {
                let isSpace = plusIsSpace && input[at] == UInt8(ascii: "+")
                output.append(isSpace ? UInt8(ascii: " ") : input[at])
                at += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func hex(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = Character(Unicode.Scalar(high)).hexDigitValue,
            let low = Character(Unicode.Scalar(low)).hexDigitValue
        else { return nil }
        return UInt8(high << 4 | low)
    }
}
