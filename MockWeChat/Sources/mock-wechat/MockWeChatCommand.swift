import ArgumentParser

/// The mock's command line.
@main struct MockWeChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-wechat",
        abstract: "api.weixin.qq.com offline. For testing only: it keeps no secret.",
        discussion:
            "The control plane under /_mock has no password; keep it on the loopback address.",
        subcommands: [ServeCommand.self, WorldCommand.self, LedgerCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}
