/// One parameter of a query.
package struct QueryItem: Sendable, Equatable {
    package let name: String
    package let value: String

    /// Reads a query as browsers write forms: `+` is a space, `%41` an `A`.
    package static func items(of query: some StringProtocol) -> [QueryItem] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? PercentCoding.decode(parts[1], plusIsSpace: true) : ""
            return QueryItem(
                name: PercentCoding.decode(parts[0], plusIsSpace: true),
                value: value
            )
        }
    }
}
