import ArgumentParser
import FakePhone
import Foundation

struct FakePhoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-phone",
        abstract: "A scripted phone with WeChat, and the browsers it logs in.",
        subcommands: [
            RunCommand.self, JudgeCommand.self, CheckCommand.self, SchemaCommand.self,
            ScanCommand.self, GuardCommand.self,
        ]
    )
}

extension ExitCode {
    /// Something is wrong before anything could be played.
    static let unusable = ExitCode(2)
}

/// Where the two servers are.
struct ServerOptions: ParsableArguments {
    @Option(help: "The login server.")
    var login = "http://127.0.0.1:8080"

    @Option(help: "The mock of api.weixin.qq.com.")
    var wechat = "http://127.0.0.1:9090"

    func validate() throws {
        _ = try addresses()
    }

    func addresses() throws -> (login: ServerAddress, weChat: ServerAddress) {
        guard let login = ServerAddress(login, name: "login-server") else {
            throw ValidationError("--login must be http://HOST:PORT, not '\(self.login)'.")
        }
        guard let weChat = ServerAddress(wechat, name: "mock-wechat") else {
            throw ValidationError("--wechat must be http://HOST:PORT, not '\(wechat)'.")
        }
        return (login, weChat)
    }
}

extension FakePhone.ScanHow: ExpressibleByArgument {}
