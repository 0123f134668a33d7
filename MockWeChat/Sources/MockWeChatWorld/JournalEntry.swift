import OrderedCollections

/// One exchange between a caller and WeChat.
///
/// Secrets are kept: nothing in a mock is secret. Ten thousand of these stay in memory, so it holds what
/// came over the wire in few pieces and takes it apart only when somebody looks.
struct JournalEntry: Sendable {
    let sequence: Int
    let at: Moment
    let method: String
    let target: String
    let headers: HeaderBlock
    let body: [UInt8]
    let callerIP: String
    let response: WeChatResponse
    /// The app that the call came from, once that was known.
    let appid: String?
    let errcode: Int?
    let fault: Int?
    let delayMilliseconds: Int
    var path: Substring { target.prefix { $0 != "?" } }

    var query: [QueryItem] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return QueryItem.items(of: target[target.index(after: mark)...])
    }

    /// What the entry costs against the journal's limit, about.
    var size: Int {
        var size = 512 + target.utf8.count + headers.byteCount + body.count
        if case .bytes(let bytes) = response.body { size += bytes.count }
        return size
    }
}

extension JournalEntry {
    /// The entry as people read it; `drawn` says what a picture that was ordered looks like.
    func json(_ drawn: (PictureOrder) -> DrawnPicture?) -> JSON {
        [
            "seq": .integer(sequence),
            "at": .string(at.iso8601),
            "endpoint": .string(String(path)),
            "method": .string(method),
            "query": Self.object(query.map { ($0.name, $0.value) }),
            "request_headers": Self.object(headers.fields.map { ($0.name, $0.value) }),
            "request_body": Self.text(body),
            "status": .integer(response.status),
            "response_headers": responseHeaders,
            "response_body": responseBody(drawn),
            "errcode": errcode.map { .integer($0) } ?? .null,
            "fault": fault.map { .string("f\($0)") } ?? .null,
            "duration_ms": .integer(delayMilliseconds),
        ]
    }

    private var responseHeaders: JSON {
        let fields = response.fields.map {
            JSONMember($0.name.lowercased(), .string($0.value))
        }
        return .object([JSONMember("content-type", .string(response.contentType))] + fields)
    }

    private func responseBody(_ drawn: (PictureOrder) -> DrawnPicture?) -> JSON {
        switch response.body {
        case .bytes(let bytes): return Self.text(bytes)
        case .picture(let order):
            let picture = drawn(order)
            return [
                "bytes": picture.map { .integer($0.bytes) } ?? .null,
                "sha256": picture.map { .string($0.sha256) } ?? .null,
                "width": .integer(order.width),
            ]
        }
    }

    /// Repeated names are joined, as HTTP joins repeated fields (RFC 9110, section 5.3).
    static func object(_ pairs: [(String, String)]) -> JSON {
        var members: OrderedDictionary<String, String> = [:]
        for (name, value) in pairs {
            members[name] = members[name].map { "\($0), \(value)" } ?? value
        }
        return .object(members.map { JSONMember($0.key, .string($0.value)) })
    }

    /// A body as text, or its size when it is none.
    private static func text(_ bytes: [UInt8]) -> JSON {
        if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
        let digest = DrawnPicture(bytes)
        return ["bytes": .integer(digest.bytes), "sha256": .string(digest.sha256)]
    }
}
