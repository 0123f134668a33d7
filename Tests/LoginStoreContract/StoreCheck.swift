package import LoginDomain
package import LoginStore

/// One sentence of the contract, and what shows that an engine keeps it.
package struct StoreCheck: Sendable, CustomStringConvertible {
    package let sentence: String
    /// The caps that the store it is held against must have.
    package let caps: RowCaps
    private let body: @Sendable (any OperatorStore) async throws -> Void

    init(
        _ sentence: String,
        caps: RowCaps = RowCaps(),
        _ body: @escaping @Sendable (any OperatorStore) async throws -> Void
    ) {
        self.sentence = sentence
        self.caps = caps
        self.body = body
    }

    /// Holds a fresh and empty store, with the check's caps, against the sentence.
    ///
    /// - Throws: `ContractViolation`, or whatever the store threw.
    package func run(_ store: any OperatorStore) async throws {
        try await body(store)
    }

    package var description: String { sentence }
}
