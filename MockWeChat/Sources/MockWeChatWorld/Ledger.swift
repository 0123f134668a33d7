/// Every rule that the mock obeys: what it is, how sure we are, and where that is from.
///
/// `Fixtures/WeChat` has an exchange for each of them, and a test that finds any without.
package enum Ledger {
    package static let rules: [LedgerRule] =
        all + tokens + logins + codes + people + account + switches

    /// The answer of `GET /_mock/ledger`.
    package static let json: JSON = .array(rules.map(\.json))

    /// A table for people.
    package static var markdown: String {
        let head = """
            | rule | where | what | grade | source | date |
            | --- | --- | --- | --- | --- | --- |
            """
        return ([head] + rules.map(\.markdown)).joined(separator: "\n") + "\n"
    }
}
