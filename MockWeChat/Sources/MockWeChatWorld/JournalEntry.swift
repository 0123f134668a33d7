import OrderedCollections

/// One exchange between a caller and WeChat.
///
/// Secrets are kept: nothing in a mock is secret.
struct JournalEntry: Sendable {
    let sequence: Int
    let at: Moment
    let request: WeChatRequest
    let response: WeChatResponse
    let fault: Int?
    let delayMilliseconds: Int
    /// The picture that was drawn for this answer.
    var picture: DrawnPicture?

    /// What the entry costs against the journal's limit, about.
    var size: Int {
        var size = 512 + request.path.utf8.count + request.body.count
        for item in request.query { size += item.name.utf8.count + item.value.utf8.count }
        for field in request.headers { size += field.name.utf8.count + field.value.utf8.count }
        if case .bytes(let bytes) = response.body { size += bytes.count }
        return size
    }
}

extension JournalEntry {
    var json: JSON {
        [
            "seq": .integer(sequence),
            "at": .string(at.iso8601),
            "endpoint": .string(request.path),
            "method": .string(request.method),
            "query": Self.object(request.query.map { ($0.name, $0.value) }),
            "request_headers": Self.object(request.headers.map { ($0.name, $0.value) }),
            "request_body": Self.text(request.body),
            "status": .integer(response.status),
            "response_headers": ["content-type": .string(response.contentType)],
            "response_body": responseBody,
            "errcode": errcode,
            "fault": fault.map { .string("f\($0)") } ?? .null,
            "duration_ms": .integer(delayMilliseconds),
        ]
    }

    private var responseBody: JSON {
        switch response.body {
        case .bytes(let bytes): Self.text(bytes)
        case .picture(let order):
            [
                "bytes": picture.map { .integer($0.bytes) } ?? .null,
                "sha256": picture.map { .string($0.sha256) } ?? .null,
                "width": .integer(order.width),
            ]
        }
    }

    private var errcode: JSON {
        switch response.body {
        case .bytes(let bytes): JSON(parsing: bytes)?["errcode"] ?? .null
        case .picture: .null
        }
    }

    /// Repeated names are joined, as HTTP joins repeated fields (RFC 9110, section 5.3).
    private static func object(_ pairs: [(String, String)]) -> JSON {
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
