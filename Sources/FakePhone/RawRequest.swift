package import HTTPTypes

/// A request written out by hand; `{name}` in it stands for a variable.
package struct RawRequest: Sendable, Equatable {
    package var method: HTTPRequest.Method
    /// The path with its query.
    package var path: String
    package var fields: HTTPFields
    package var body: [UInt8]

    package init(
        method: HTTPRequest.Method,
        path: String,
        fields: HTTPFields = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }

    /// The path without its query.
    package var pathAlone: String { String(path.prefix { $0 != "?" }) }

    /// The request with every variable that is known put in its place.
    package func filled(with variables: [String: String]) -> RawRequest {
        var filled = self
        filled.path = Template(path).filled(with: variables)
        filled.fields = HTTPFields(
            fields.map {
                HTTPField(name: $0.name, value: Template($0.value).filled(with: variables))
            }
        )
        if let text = String(validating: body, as: UTF8.self) {
            filled.body = Array(Template(text).filled(with: variables).utf8)
        }
        return filled
    }
}
