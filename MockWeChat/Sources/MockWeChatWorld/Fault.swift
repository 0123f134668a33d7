/// Something that goes wrong with a call on purpose.
package struct Fault: Sendable, Equatable {
    /// Whether the call takes effect before its answer is lost or replaced.
    enum Effect: String, Sendable, CaseIterable {
        /// The world is as if the call had never come.
        case before
        /// The code is spent, the token issued; only the answer is another.
        case after
    }

    /// What the caller gets instead of WeChat's answer.
    enum Replacement: Sendable, Equatable {
        /// WeChat's own answer, only late.
        case none
        case error(WeChatError)
        case http(status: Int, body: [UInt8])
    }

    let id: Int
    /// A WeChat path, or `*` for all of them.
    let endpoint: String
    let replacement: Replacement
    let delayMilliseconds: Int
    let cut: ConnectionCut?
    /// How the body goes out, where it is not all at once.
    let flow: BodyFlow?
    let count: Int?
    let after: Int
    let probability: Double?
    let effect: Effect
    /// The members as they were given, to show them again.
    let members: [JSONMember]
    var matched = 0
    var fired = 0
}

// MARK: - From and to JSON

extension Fault {
    init(_ reader: SourceReader, id: Int, json: JSON) throws(DescriptionError) {
        let members = try reader.members([
            "endpoint", "errcode", "errmsg", "status", "body", "body_base64", "delay_ms", "count",
            "after", "probability", "effect", "cut", "trickle_ms", "body_bytes",
        ])
        self.id = id
        endpoint = try Self.endpoint(try members.required("endpoint"))
        replacement = try Self.replacement(members, family: PathFamily(path: endpoint))
        delayMilliseconds =
            try members["delay_ms"]?.integer(0...WorldLimits.faultDelayMillisecondsMax) ?? 0
        cut = try members["cut"]?.oneOf(ConnectionCut.self)
        if let reader = members["cut"], cut != .midBody, replacement != .none {
            throw reader.wrong("mid_body beside another answer: the other cuts send none")
        }
        flow = try Self.flow(members)
        if cut != nil, let reader = members["trickle_ms"] ?? members["body_bytes"] {
            throw reader.wrong("it without cut, not with it")
        }
        count = try members["count"]?.integer(1...1_000_000_000)
        after = try members["after"]?.integer(0...1_000_000_000) ?? 0
        probability = try members["probability"]?.number(0...1)
        effect = try members["effect"]?.oneOf(Effect.self) ?? .before
        self.members = (json.members ?? []).filter { $0.value != .null }
        guard replacement != .none || members["delay_ms"] != nil || cut != nil || flow != nil else {
            throw reader.wrong(
                "one of errcode, status, body, body_base64, body_bytes, delay_ms, trickle_ms, cut"
            )
        }
    }

    private static func flow(_ members: SourceMembers) throws(DescriptionError) -> BodyFlow? {
        guard let reader = members["body_bytes"] else {
            let wait = try members["trickle_ms"]?.integer(1...WorldLimits.faultDelayMillisecondsMax)
            return wait.map { .trickle(milliseconds: $0) }
        }
        if let other = members["trickle_ms"] {
            throw other.wrong("trickle_ms or body_bytes, not both")
        }
        let bytes = try reader.integer(1...WorldLimits.faultBodyBytesMax)
        guard members["body"] != nil || members["body_base64"] != nil else {
            throw reader.wrong("body or body_base64 beside it: what the long body begins with")
        }
        return .padded(bytes: bytes)
    }

    private static func endpoint(_ reader: SourceReader) throws(DescriptionError) -> String {
        let path = try reader.text()
        guard path == "*" || Endpoint.at(path) != nil else {
            let known = Endpoint.all.map(\.path).joined(separator: ", ")
            throw reader.wrong("* or one of \(known)")
        }
        return path
    }

    private static func replacement(
        _ members: SourceMembers,
        family: PathFamily
    ) throws(DescriptionError) -> Replacement {
        let message = try members["errmsg"]?.anyText()
        if let code = members["errcode"] {
            for name in ["status", "body", "body_base64"] {
                if let other = members[name] {
                    throw other.wrong("it without errcode, not with it")
                }
            }
            let number = try code.integer(-1_000_000...1_000_000_000)
            let error = WeChatError(number, verbatim: message)
            guard error.text(in: family) != nil else {
                throw code.wrong("a number with a known text, or errmsg beside it")
            }
            return .error(error)
        }
        if let message = members["errmsg"] { throw message.wrong("errcode beside it") }
        var body: [UInt8]?
        if let text = members["body"] { body = Array(try text.anyText().utf8) }
        if let text = members["body_base64"] {
            guard body == nil else { throw text.wrong("body or body_base64, not both") }
            guard let bytes = Base64.decode(try text.anyText()) else { throw text.wrong("base64") }
            body = bytes
        }
        let status = try members["status"]?.integer(200...599)
        guard status != nil || body != nil else { return .none }
        return .http(status: status ?? 200, body: body ?? [])
    }

    /// The fault as it was given, with its id and how often it fired.
    var json: JSON {
        .object(
            [JSONMember("id", .string("f\(id)"))] + members
                + [JSONMember("matched", .integer(matched)), JSONMember("fired", .integer(fired))]
        )
    }
}

extension Fault {
    var isDue: Bool {
        guard matched > after else { return false }
        return count.map { fired < $0 } ?? true
    }
}
