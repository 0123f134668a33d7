internal import HTTPTypes

extension Line {
    /// Carries out one call of an adapter.
    ///
    /// - Parameters:
    ///   - call: what to send.
    ///   - operation: what it is a part of, by its name in the adapter's file.
    ///   - known: the caller's variables, borrowed ones among them; what the call makes up is added.
    ///   - success: what counts as a success where the call says nothing of its own.
    ///   - more: fields beside those of the call.
    ///   - twist: how the call departs from an honest one.
    ///   - login: where it goes.
    /// - Returns: the answer, judged, with the variables taken out of it.
    /// - Throws: no answer; or a success without something that the adapter takes out of it.
    func perform(
        _ call: Adapter.Call,
        of operation: String,
        known: inout [String: String],
        success: Adapter.Acceptance,
        more: HTTPFields = [:],
        twist: Twist,
        to login: ServerAddress
    ) async throws(FakePhoneError) -> Reply {
        if call.method.isEmpty { return pushed(call, known) }
        known["now_ms"] = String(time.timeOfDay())
        for made in call.make where twist.variables[made.name] == nil {
            known[made.name] = made.value.filled(with: known)
        }
        let variables = known.merging(twist.variables) { _, borrowed in borrowed }
        var fields: HTTPFields = [:]
        for field in call.fields where field.value.names.allSatisfy({ variables[$0] != nil }) {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields[name] = field.value.filled(with: variables)
        }
        // Set by its name, two cookies would become two fields.
        for field in more { fields.append(field) }
        if let origin = twist.origin { fields[.origin] = origin }
        let path = call.path.filled(with: variables, inQuery: true)
        let method = HTTPRequest.Method(call.method) ?? .post
        var body: [UInt8] = []
        if let form = call.form {
            fields[.contentType] = "application/x-www-form-urlencoded"
            body = Self.form(twist.applied(to: Self.json(form, variables), filling: variables))
        } else if let json = twist.applied(
            to: call.json.map { Self.json($0, variables) },
            filling: variables
        ) {
            fields[.contentType] = "application/json"
            body = json.bytes
        }
        var reply = try await say(
            method,
            path,
            to: login,
            fields: fields,
            body: body,
            as: SentCall.Purpose(operation: operation, call: call)
        )
        reply.isAccepted = (call.success ?? success).accepts(reply)
        guard reply.isOK else { return reply }
        for taking in call.take {
            guard let value = taking.value(in: reply) else {
                guard taking.isOptional else {
                    throw .badAnswer(
                        from: login.name,
                        "\(taking.inWords) is missing, which is the \(taking.name)"
                    )
                }
                continue
            }
            reply.values[taking.name] = value
        }
        return reply
    }

    /// The answer to a question that the page answers itself, out of what it was pushed.
    private func pushed(_ call: Adapter.Call, _ known: [String: String]) -> Reply {
        let name = call.take.first?.name ?? ""
        var reply = Reply(status: known[name] == nil ? 401 : 200)
        reply.values[name] = known[name]
        return reply
    }

    private static func form(_ members: JSONValue?) -> [UInt8] {
        guard case .object(let members)? = members else { return [] }
        let pairs = members.keys.sorted().map { name in
            let value = members[name]?.asText ?? ""
            return "\(Template.percentEncoded(name))=\(Template.percentEncoded(value))"
        }
        return Array(pairs.joined(separator: "&").utf8)
    }

    private static func json(
        _ members: [Adapter.Member],
        _ variables: [String: String]
    ) -> JSONValue {
        var json: [String: JSONValue] = [:]
        for member in members {
            let isKnown = member.value.names.allSatisfy { variables[$0] != nil }
            switch member.kind {
            case .optional where !isKnown:
                continue
            case .text, .optional:
                json[member.name] = .string(
                    member.value.filled(with: variables, missing: "")
                )
            case .number:
                let text = member.value.filled(with: variables)
                json[member.name] = Int(text).map { .int($0) } ?? .string(isKnown ? text : "")
            }
        }
        return .object(json)
    }
}
