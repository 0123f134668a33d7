package import HTTPTransport
package import HTTPTypes

/// One person's line to the servers: sends a call, times it, writes it down.
package struct Line: Sendable {
    /// The longest wait for an answer, beside what a long poll asks for.
    package static let patience: Duration = .seconds(20)
    /// The most bytes of an answer: a picture as a data URL and room to spare.
    package static let answerBytesMax = 32 << 20

    /// Who speaks.
    package let name: String
    package let transport: any HTTPTransport
    package let time: PhoneTime
    package let recorder: Recorder
    /// The names of members and fields that are secrets in the design of the server, beside the usual.
    package var secrets: Set<String> = []

    package init(
        name: String,
        transport: any HTTPTransport,
        time: PhoneTime,
        recorder: Recorder
    ) {
        self.name = name
        self.transport = transport
        self.time = time
        self.recorder = recorder
    }

    /// Sends one call and waits for its answer, of whatever status; `purpose` is for a replay.
    package func say(
        _ method: HTTPRequest.Method,
        _ path: String,
        to server: ServerAddress,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        patience: Duration = Line.patience,
        as purpose: SentCall.Purpose? = nil
    ) async throws(FakePhoneError) -> Reply {
        let request = HTTPRequest(
            method: method,
            scheme: server.scheme,
            authority: server.authority,
            path: path,
            headerFields: fields
        )
        let call = HTTPCall(
            request,
            body: body,
            timeout: patience,
            answerBytesMax: Self.answerBytesMax
        )
        recorder.keep(SentCall(from: name, to: server, call: call, purpose: purpose))
        let start = time.now()
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(call)
        } catch {
            record(call, to: server, since: start, outcome: error.inWords, reply: nil)
            throw .noAnswer(from: server.name, error)
        }
        let reply = Reply(
            status: answer.response.status.code,
            fields: answer.response.headerFields,
            body: answer.body
        )
        record(call, to: server, since: start, outcome: reply.summary, reply: reply)
        return reply
    }

    /// Sends JSON.
    package func say(
        _ method: HTTPRequest.Method,
        _ path: String,
        to server: ServerAddress,
        fields: HTTPFields = [:],
        json: JSONValue
    ) async throws(FakePhoneError) -> Reply {
        var fields = fields
        fields[.contentType] = "application/json"
        return try await say(method, path, to: server, fields: fields, body: json.bytes)
    }

    /// Shows a picture to WeChat on a person's phone: `POST /_mock/phones/{person}/scan`.
    ///
    /// - Returns: the mock's answer, and on success what the mini-program is started with.
    func look(
        at picture: Picture,
        _ person: String,
        _ how: FakePhone.ScanHow,
        at weChat: ServerAddress
    ) async throws(FakePhoneError) -> (Reply, FakePhone.LaunchOptions?) {
        var fields: HTTPFields = [:]
        fields[.contentType] = "image/png"
        let reply = try await say(
            .post,
            "/_mock/phones/\(person)/scan?how=\(how.rawValue)",
            to: weChat,
            fields: fields,
            body: picture.bytes
        )
        guard reply.isOK else { return (reply, nil) }
        guard let json = reply.json, let options = FakePhone.LaunchOptions(json) else {
            throw .badAnswer(from: weChat.name, "the launch options hold no scene")
        }
        return (reply, options)
    }

    /// Sends again, byte for byte, what somebody sent before.
    package func resend(_ sent: SentCall) async throws(FakePhoneError) -> Reply {
        try await say(
            sent.call.request.method,
            sent.call.request.path ?? "/",
            to: sent.to,
            fields: sent.call.request.headerFields,
            body: sent.call.body,
            as: sent.purpose
        )
    }

    private func record(
        _ call: HTTPCall,
        to server: ServerAddress,
        since start: Duration,
        outcome: String,
        reply: Reply?
    ) {
        let redaction = Redaction(secrets: secrets)
        var details = call.request.headerFields.map { "> \(redaction.field($0))" }
        if let body = redaction.body(call.body) { details.append("> \(body)") }
        if let reply {
            details += reply.fields.map { "< \(redaction.field($0))" }
            if let body = redaction.body(reply.body) { details.append("< \(body)") }
        }
        recorder.record(
            Exchange(
                from: name,
                to: server.name,
                what: "\(call.request.method.rawValue) \(redaction.path(call.request.path ?? "/"))",
                outcome: outcome,
                milliseconds: (time.now() - start).milliseconds,
                details: details
            )
        )
    }
}
