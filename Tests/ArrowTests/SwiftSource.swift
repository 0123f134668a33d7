/// Swift text with everything that is not code blanked out, so that a rule about code is not
/// answered by a comment or a sentence in quotes.
///
/// Line breaks stay, and so does the code inside `\(…)`.
struct SwiftSource {
    /// What stays of a text.
    enum Keeping {
        case code
        /// Code and the words in quotes; comments go.
        case codeAndStrings
    }

    private let input: [UInt8]
    private let keeping: Keeping
    private var output: [UInt8] = []
    private var index = 0

    /// The code of a text.
    static func code(of text: String, keeping: Keeping = .code) -> String {
        var source = SwiftSource(input: Array(text.utf8), keeping: keeping)
        source.readCode(untilParenthesis: false)
        return String(decoding: source.output, as: UTF8.self)
    }

    private init(input: [UInt8], keeping: Keeping) {
        self.input = input
        self.keeping = keeping
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while index < input.count {
            switch input[index] {
            case UInt8(ascii: "/") where sees("//"):
                readLineComment()
            case UInt8(ascii: "/") where sees("/*"):
                readBlockComment()
            case UInt8(ascii: "\""), UInt8(ascii: "#"):
                if let hashes = stringOpening() { readString(hashes: hashes) } else { keep(1) }
            case UInt8(ascii: "("):
                depth += 1
                keep(1)
            case UInt8(ascii: ")"):
                keep(1)
                if untilParenthesis, depth == 0 { return }
                depth -= 1
            default:
                keep(1)
            }
        }
    }

    private mutating func readLineComment() {
        while index < input.count, input[index] != UInt8(ascii: "\n") { blank(1) }
    }

    private mutating func readBlockComment() {
        var depth = 0
        while index < input.count {
            if sees("/*") {
                depth += 1
                blank(2)
            } else if sees("*/") {
                depth -= 1
                blank(2)
                if depth == 0 { return }
            } else {
                blank(1)
            }
        }
    }

    /// How many `#` stand before the quotation mark that opens a string here; nil when none does.
    private func stringOpening() -> Int? {
        var ahead = index
        while ahead < input.count, input[ahead] == UInt8(ascii: "#") { ahead += 1 }
        guard ahead < input.count, input[ahead] == UInt8(ascii: "\"") else { return nil }
        return ahead - index
    }

    private mutating func readString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        keep(hashes)
        let isMultiline = sees("\"\"\"")
        let quotes = isMultiline ? "\"\"\"" : "\""
        keep(quotes.utf8.count)
        while index < input.count {
            if sees(quotes + fence) {
                keep(quotes.utf8.count + hashes)
                return
            }
            if sees("\\" + fence + "(") {
                keep(hashes + 2)
                readCode(untilParenthesis: true)
            } else if sees("\\" + fence) {
                word(hashes + 2)
            } else if !isMultiline, input[index] == UInt8(ascii: "\n") {
                // Not a string after all: a quotation mark in a regular expression, for instance.
                return
            } else {
                word(1)
            }
        }
    }

    private func sees(_ text: String) -> Bool {
        input[index...].starts(with: text.utf8)
    }

    private mutating func keep(_ count: Int) {
        let end = min(index + count, input.count)
        output += input[index..<end]
        index = end
    }

    private mutating func word(_ count: Int) {
        switch keeping {
        case .code: blank(count)
        case .codeAndStrings: keep(count)
        }
    }

    private mutating func blank(_ count: Int) {
        let end = min(index + count, input.count)
        for byte in input[index..<end] {
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        index = end
    }
}
