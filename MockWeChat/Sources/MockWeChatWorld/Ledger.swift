/// Every rule that the mock obeys: what it is, how sure we are, and where that is from.
package enum Ledger {
    package static let rules: [LedgerRule] = []
    package static var json: JSON { .array([]) }
    package static var markdown: String { "" }
}
package struct LedgerRule: Sendable {}
