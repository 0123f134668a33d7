/// A `multipart/form-data` body with one file in it (RFC 7578), as wx.uploadFile sends it.
struct MultipartForm {
    private let boundary: [UInt8]

    /// RFC 2046 section 5.1.1.
    private static let boundaryBytesMax = 70

    /// Takes the content type; nil when it is another one or names no boundary.
    init?(contentType: String) {
        let parts = Self.parameters(contentType)
        guard parts.first?.lowercased() == "multipart/form-data" else { return nil }
        let values = parts.dropFirst().compactMap { Self.parameter($0, "boundary") }
        guard values.count == 1, let value = values.first,
            (1...Self.boundaryBytesMax).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        boundary = Array(value.utf8)
    }

    /// The content of the form's one file.
    ///
    /// - Throws: `malformed` for what is no such body, `unknownMember` for a member of another name.
    func file(named name: String, in body: [UInt8]) throws(EdgeError) -> [UInt8] {
        let frame = EdgeError.malformed("The body is not multipart/form-data with one file.")
        let first = Array("--".utf8) + boundary + Array("\r\n".utf8)
        let last = Array("\r\n--".utf8) + boundary
        // A preamble is allowed and nobody sends one: here the body begins with its first part.
        guard body.starts(with: first),
            let head = body[first.count...].firstRange(of: Array("\r\n\r\n".utf8)),
            let end = body[head.upperBound...].firstRange(of: last)
        else { throw frame }
        let lines = String(decoding: body[first.count..<head.lowerBound], as: UTF8.self)
            .split(separator: "\r\n")
        let dispositions = lines.filter { $0.lowercased().hasPrefix("content-disposition:") }
        guard dispositions.count == 1, let disposition = dispositions.first else { throw frame }
        let parameters = Self.parameters(disposition)
        guard parameters.first?.lowercased().hasSuffix("form-data") == true else { throw frame }
        let names = parameters.compactMap { Self.parameter($0, "name") }
        guard names.count == 1, let found = names.first else { throw frame }
        guard found == name else { throw .unknownMember(String(found.prefix(40))) }
        let rest = body[end.upperBound...]
        guard rest.starts(with: "--".utf8) else {
            // Another part follows.
            throw .malformed("The form must have the member \(name) alone.")
        }
        return Array(body[head.upperBound..<end.lowerBound])
    }

    /// The parts between semicolons that stand in no quotes.
    private static func parameters(_ text: some StringProtocol) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ";", !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map { trimmed($0) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// The value of `name=value` or `name="value"`; nil for another parameter.
    private static func parameter(_ text: String, _ name: String) -> String? {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, trimmed(sides[0]).lowercased() == name else { return nil }
        let value = trimmed(sides[1])
        guard value.count > 1, value.first == "\"", value.last == "\"" else { return value }
        return String(value.dropFirst().dropLast())
    }
}
