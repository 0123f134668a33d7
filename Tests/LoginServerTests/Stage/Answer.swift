import Foundation

/// An answer, as the bytes it was.
struct Answer: Sendable {
    var status: Int
    /// In the order and the letters they came in.
    var fields: [Call.Field]
    var body: [UInt8]

    /// The first value of a field.
    subscript(name: String) -> String? { all(name).first }

    func all(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// Every field but those that tell the time, sorted.
    var lines: [String] {
        fields.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }.sorted()
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    // MARK: - The envelope

    /// A member of the JSON body, such as `data.user.userid`; nil where there is none.
    func member(_ path: String) -> Any? {
        var value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
        for name in path.split(separator: ".") {
            value = (value as? [String: Any])?[String(name)]
        }
        return value
    }

    func text(_ path: String) -> String? { member(path) as? String }

    func number(_ path: String) -> Int? { member(path) as? Int }

    /// The names of an object's members, sorted.
    func names(_ path: String) -> [String] {
        ((member(path) as? [String: Any])?.keys).map { $0.sorted() } ?? []
    }

    /// `error` of the envelope.
    var error: String? { text("error") }

    // MARK: - Reading

    struct NotHTTP: Error {}

    /// The head of an answer, and how many bytes it has; nil when it is not here yet.
    static func head(_ bytes: ArraySlice<UInt8>) throws -> (Answer, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let text = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines.removeFirst().split(separator: " ", maxSplits: 2)
        guard first.count > 1, first[0] == "HTTP/1.1", let status = Int(first[1]) else {
            throw NotHTTP()
        }
        let fields = lines.map { line in
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count > 1 ? sides[1].drop { $0 == " " } : ""
            return Call.Field(String(sides[0]), String(value))
        }
        let answer = Answer(status: status, fields: fields, body: [])
        return (answer, end.upperBound - bytes.startIndex)
    }

    /// A whole answer; `isHead` is one without a body, whatever its length says.
    static func whole(_ bytes: ArraySlice<UInt8>, isHead: Bool) throws -> (Answer, Int)? {
        guard case (var answer, let start)? = try head(bytes) else { return nil }
        if isHead || answer.status == 101 { return (answer, start) }
        let rest = bytes.dropFirst(start)
        guard let text = answer["Content-Length"], let length = Int(text) else {
            guard answer["Transfer-Encoding"] == "chunked" else { throw NotHTTP() }
            var taken = start
            while let (chunk, count) = try chunk(bytes.dropFirst(taken)) {
                taken += count
                if chunk.isEmpty { return (answer, taken) }
                answer.body += chunk
            }
            return nil
        }
        guard rest.count >= length else { return nil }
        answer.body = Array(rest.prefix(length))
        return (answer, start + length)
    }

    /// One chunk (RFC 9112 section 7.1); an empty one is the last.
    static func chunk(_ bytes: ArraySlice<UInt8>) throws -> ([UInt8], Int)? {
        guard let line = bytes.firstRange(of: Array("\r\n".utf8)) else { return nil }
        let size = String(decoding: bytes[..<line.lowerBound], as: UTF8.self)
        guard let length = Int(size, radix: 16) else { throw NotHTTP() }
        let rest = bytes[line.upperBound...]
        guard rest.count >= length + 2 else { return nil }
        return (
            Array(rest.prefix(length)), line.upperBound - bytes.startIndex + length + 2
        )
    }
}

extension Wire {
    /// Sends a request and waits for its answer.
    func exchange(_ call: Call, host: String) async throws -> Answer {
        try await send(call.bytes(to: host))
        return try await answer(isHead: call.method == "HEAD")
    }

    func answer(isHead: Bool = false) async throws -> Answer {
        try await take { try Answer.whole($0, isHead: isHead) }
    }

    /// Whether an answer comes, and not just the end.
    func hasAnswer() async throws -> Bool {
        do {
            _ = try await answer()
            return true
        } catch is Ended {
            return false
        }
    }

    /// The head of an answer whose body keeps coming.
    func answerHead() async throws -> Answer {
        try await take(Answer.head)
    }
}
