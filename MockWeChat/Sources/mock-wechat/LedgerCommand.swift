import ArgumentParser
import MockWeChatWorld

/// Prints every rule that the mock obeys.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract:
            "Prints every rule the mock obeys, how sure it is and where it is from, in Markdown."
    )

    func run() { print(Ledger.markdown, terminator: "") }
}
