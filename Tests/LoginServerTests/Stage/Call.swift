import Testing

/// A request, as the bytes it is.
struct Call: Sendable, CustomTestStringConvertible {
    var method: String
    var target: String
    var fields: [Field]
    var body: [UInt8]?
    /// nil is the origin's own.
    var host: String?

    struct Field: Sendable, Equatable {
        var name: String
        var value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    init(
        _ method: String,
        _ target: String,
        _ fields: [Field] = [],
        body: [UInt8]? = nil,
        host: String? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.host = host
    }

    init(_ method: String, _ target: String, _ fields: [Field] = [], json: String) {
        self.init(
            method,
            target,
            fields + [Field("Content-Type", "application/json")],
            body: Array(json.utf8)
        )
    }

    func bytes(to host: String) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(self.host ?? host)\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }

    var testDescription: String { "\(method) \(target.prefix(60))" }
}
