/// One parameter of a query.
package struct QueryItem: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads a query as browsers write forms: `+` is a space, `%41` an `A`.
    ///
    /// It goes over bytes: taking characters apart costs more than all checks of a call together.
    package static func items(of query: some StringProtocol) -> [QueryItem] {
        query.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
                return QueryItem(name: PercentCoding.decode(pair, plusIsSpace: true), value: "")
            }
            return QueryItem(
                name: PercentCoding.decode(pair[..<equals], plusIsSpace: true),
                value: PercentCoding.decode(pair[pair.index(after: equals)...], plusIsSpace: true)
            )
        }
    }
}
