/// A body of multipart/form-data (RFC 7578), taken apart.
struct MultipartForm: Sendable {
    struct Part: Sendable {
        let name: String
        let filename: String?
        let bytes: ArraySlice<UInt8>
    }

    let parts: [Part]

    /// Nil when the request is no such form.
    init?(_ request: WeChatRequest) {
        guard let type = request.headers["content-type"],
            type.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.parameter("boundary", of: type),
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        let mark = Array("--\(boundary)".utf8)
        let body = request.body
        var parts: [Part] = []
        guard var at = Self.find(mark, in: body, from: 0) else { return nil }
        while true {
            at += mark.count
            if body[at...].starts(with: Array("--".utf8)) { break }
            guard body[at...].starts(with: Self.lineEnd),
                let headEnd = Self.find(Self.lineEnd + Self.lineEnd, in: body, from: at),
                let next = Self.find(Self.lineEnd + mark, in: body, from: headEnd + 2)
            else { return nil }
            let head = String(decoding: body[(at + 2)..<max(headEnd, at + 2)], as: UTF8.self)
            guard let part = Self.part(head, body[min(headEnd + 4, next)..<next]) else {
                return nil
            }
            parts.append(part)
            at = next + Self.lineEnd.count
        }
        self.parts = parts
    }

    /// The part of a name that holds a file.
    func file(named name: String) -> Part? {
        parts.first { $0.name == name && $0.filename != nil }
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private static func part(_ head: String, _ bytes: ArraySlice<UInt8>) -> Part? {
        for line in head.split(whereSeparator: \.isNewline) {
            guard line.lowercased().hasPrefix("content-disposition:"),
                let name = parameter("name", of: String(line))
            else { continue }
            return Part(name: name, filename: parameter("filename", of: String(line)), bytes: bytes)
        }
        return nil
    }

    /// The value of `; name=value`, with or without quotes.
    private static func parameter(_ name: String, of field: String) -> String? {
        for piece in field.split(separator: ";").dropFirst() {
            let words = piece.split(separator: "=", maxSplits: 1)
            let key = words[0].drop { $0 == " " }
            guard words.count == 2, key.lowercased() == name else { continue }
            return String(words[1].drop { $0 == "\"" }.prefix { $0 != "\"" })
        }
        return nil
    }

    /// Where some bytes stand; looks for their first byte, then for the rest.
    private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var at = start
        while at + wanted.count <= bytes.count {
            guard let next = bytes[at...].firstIndex(of: wanted[0]),
                next + wanted.count <= bytes.count
            else { return nil }
            if bytes[next..<next + wanted.count].elementsEqual(wanted) { return next }
            at = next + 1
        }
        return nil
    }
}
