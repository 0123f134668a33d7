package import LoginStore

/// One sentence of the contract, and what shows that an engine keeps it.
package struct StoreCheck: Sendable, CustomStringConvertible {
    package let sentence: String
    private let body: @Sendable (any LoginStore) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any LoginStore) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    /// Holds a fresh and empty store against the sentence.
    ///
    /// - Throws: `ContractViolation`, or whatever the store threw.
    package func run(_ store: any LoginStore) async throws {
        try await body(store)
    }

    package var description: String { sentence }
}
