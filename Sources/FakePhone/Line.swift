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

    /// Sends one call and waits for its answer, of whatever status.
    package func say(
        _ method: HTTPRequest.Method,
        _ path: String,
        to server: ServerAddress,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        patience: Duration = Line.patience
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

    private func record(
        _ call: HTTPCall,
        to server: ServerAddress,
        since start: Duration,
        outcome: String,
        reply: Reply?
    ) {
        var details = call.request.headerFields.map { "> \(Redaction.field($0))" }
        if let body = Redaction.body(call.body) { details.append("> \(body)") }
        if let reply {
            details += reply.fields.map { "< \(Redaction.field($0))" }
            if let body = Redaction.body(reply.body) { details.append("< \(body)") }
        }
        recorder.record(
            Exchange(
                from: name,
                to: server.name,
                what: "\(call.request.method.rawValue) \(call.request.path ?? "/")",
                outcome: outcome,
                milliseconds: (time.now() - start).milliseconds,
                details: details
            )
        )
    }
}
