/// Names and values of a query or of an `application/x-www-form-urlencoded` body, read strictly.
///
/// An empty value counts as absent (RFC 6749 section 3.1). A name that comes twice is kept, once, as
/// a flaw of the request (T20).
package struct FormParameters: Sendable, Equatable {
    /// More pairs than this are none of any honest request (T30).
    package static let pairsMax = 50

    /// Why bytes are no parameters.
    package enum Flaw: Error, Sendable, Equatable {
        /// A percent sign without two digits, bytes that are no UTF-8, or a control character, which
        /// would become a new line in somebody's header or log (T28).
        case malformed
        case tooMany
    }

    private let values: [String: String]
    /// Names that came more than once, in the order of their second coming.
    package let repeated: [String]

    /// Reads a query without its `?`, or a body.
    package init(_ bytes: some Sequence<UInt8>) throws(Flaw) {
        var values: [String: String] = [:]
        var seen: Set<String> = []
        var repeated: [String] = []
        var count = 0
        for pair in Array(bytes).split(separator: UInt8(ascii: "&")) {
            count += 1
            guard count <= Self.pairsMax else { throw .tooMany }
            let parts = pair.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = try Self.decode(parts[0])
            let value = parts.count == 2 ? try Self.decode(parts[1]) : ""
            guard seen.insert(name).inserted else {
                if !repeated.contains(name) { repeated.append(name) }
                continue
            }
            if !value.isEmpty { values[name] = value }
        }
        self.values = values
        self.repeated = repeated
    }

    /// The value of a name; nil when it is missing or empty.
    package subscript(_ name: String) -> String? { values[name] }

    /// Some of the parameters as a query, in the order of their names here; what is missing is left
    /// out.
    package func query(of names: [String]) -> String {
        names.compactMap { name in
            values[name].map { "\(PercentCoding.encode(name))=\(PercentCoding.encode($0))" }
        }
        .joined(separator: "&")
    }

    /// One name or value; nil when it breaks the rules.
    static func decode(_ text: String) -> String? { try? decode(Array(text.utf8)[...]) }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(Flaw) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexValue),
                    let low = rest.popFirst().flatMap(hexValue)
                else { throw .malformed }
                decoded.append(high << 4 | low)
            default:
                decoded.append(byte)
            }
        }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let text = String(validating: decoded, as: UTF8.self)
        else { throw .malformed }
        return text
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Writes a value into a query or a form (WHATWG URL, application/x-www-form-urlencoded).
enum PercentCoding {
    static func encode(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return out
    }
}
