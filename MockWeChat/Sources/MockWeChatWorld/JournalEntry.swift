import OrderedCollections

/// One exchange between a caller and WeChat.
///
/// Secrets are kept: nothing in a mock is secret. Ten thousand of these stay in memory, so what came over
/// the wire lies in one piece and is taken apart only when somebody looks.
struct JournalEntry: Sendable {
    let sequence: Int
    let at: Moment
    let method: String
    let callerIP: String
    /// The app that the call came from, once that was known.
    let appid: String?
    let errcode: Int?
    let fault: Int?
    let delayMilliseconds: Int
    let status: Int
    let contentType: String
    let responseFields: [HeaderField]
    /// Whether a cut kept every byte of the answer from the caller.
    let isUnsent: Bool
    /// The picture that was ordered; boxed, because few entries have one.
    private let picture: PictureBox?
    /// Target, head and body of the request, body of the answer.
    private let bytes: [UInt8]
    private let targetEnd: Int32
    private let headEnd: Int32
    private let bodyEnd: Int32

    private final class PictureBox: Sendable {
        let order: PictureOrder
        init(_ order: PictureOrder) { self.order = order }
    }

    init(
        sequence: Int,
        at now: Moment,
        request: WeChatRequest,
        response: WeChatResponse,
        appid: String?,
        errcode: Int?,
        fault: Fault?
    ) {
        self.sequence = sequence
        at = now
        method = request.method
        callerIP = request.callerIP
        self.appid = appid
        isUnsent = fault?.cut == .reset || fault?.cut == .beforeHeaders
        self.errcode = isUnsent ? nil : errcode
        self.fault = fault?.id
        delayMilliseconds = fault?.delayMilliseconds ?? 0
        status = response.status
        contentType = response.contentType
        responseFields = response.fields
        var answer: [UInt8] = []
        switch response.body {
        case .bytes(let body):
            answer = body
            picture = nil
        case .picture(let order): picture = PictureBox(order)
        }
        let pieces = [Array(request.target.utf8), request.headers.bytes, request.body, answer]
        let ends = pieces.reduce(into: [0]) { ends, piece in
            ends.append((ends.last ?? 0) + piece.count)
        }
        targetEnd = Int32(ends[1])
        headEnd = Int32(ends[2])
        bodyEnd = Int32(ends[3])
        bytes = [UInt8](unsafeUninitializedCapacity: ends[4]) { buffer, count in
            for piece in pieces {
                _ = buffer[count...].update(fromContentsOf: piece)
                count += piece.count
            }
        }
    }

    var target: String { String(decoding: bytes[..<Int(targetEnd)], as: UTF8.self) }
    var path: Substring { target.prefix { $0 != "?" } }

    var query: [QueryItem] {
        let target = target
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return QueryItem.items(of: target[target.index(after: mark)...])
    }

    var headers: HeaderBlock { HeaderBlock(bytes: Array(bytes[Int(targetEnd)..<Int(headEnd)])) }
    var body: [UInt8] { Array(bytes[Int(headEnd)..<Int(bodyEnd)]) }
    /// The body of the answer; empty when it was a picture.
    var answer: ArraySlice<UInt8> { bytes[Int(bodyEnd)...] }

    /// What the entry costs against the journal's limit, about.
    var size: Int { 256 + bytes.count }
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
            "status": isUnsent ? .null : .integer(status),
            "response_headers": responseHeaders,
            "response_body": responseBody(drawn),
            "errcode": errcode.map { .integer($0) } ?? .null,
            "fault": fault.map { .string("f\($0)") } ?? .null,
            "duration_ms": .integer(delayMilliseconds),
        ]
    }

    private var responseHeaders: JSON {
        let fields = responseFields.map { JSONMember($0.name.lowercased(), .string($0.value)) }
        return .object([JSONMember("content-type", .string(contentType))] + fields)
    }

    private func responseBody(_ drawn: (PictureOrder) -> DrawnPicture?) -> JSON {
        if isUnsent { return .null }
        guard let order = picture?.order else { return Self.text(Array(answer)) }
        let picture = drawn(order)
        return [
            "bytes": picture.map { .integer($0.bytes) } ?? .null,
            "sha256": picture.map { .string($0.sha256) } ?? .null,
            "width": .integer(order.width),
        ]
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
