import Synchronization
import TestSupport

@testable import WeChatClient

/// A client whose WeChat and whose clock a test holds.
struct ClientStage: Sendable {
    static let appID = "wx0123456789abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"
    static let tokenPath = ScriptedWeChat.tokenPath
    static let sessionPath = ScriptedWeChat.sessionPath
    static let codePath = ScriptedWeChat.codePath
    static let phoneNumberPath = ScriptedWeChat.phoneNumberPath

    let wechat: ScriptedWeChat
    let time: ManualTime
    /// The same WeChat, where a test wants it slow.
    let slow: SlowWeChat
    let exchanges = Exchanges()
    let client: WeChatClient

    init(
        secret: String = Self.secret,
        page: String = "pages/confirm/confirm",
        environmentVersion: String = "release"
    ) {
        guard
            let configuration = WeChatConfiguration(
                baseURL: "https://api.weixin.qq.com",
                appID: Self.appID,
                appSecret: AppSecret(secret),
                page: page,
                environmentVersion: environmentVersion
            )
        else { preconditionFailure("a constant") }
        wechat = ScriptedWeChat()
        time = ManualTime()
        slow = SlowWeChat(wechat, time)
        let exchanges = exchanges
        client = WeChatClient(
            configuration: configuration,
            transport: slow,
            clock: time
        ) { exchanges.note($0) }
    }

    /// A client with an access token.
    func settle() async throws {
        _ = try await client.accessToken()
    }

    /// Asks for a picture; nil when it came, else why not.
    func picture(_ scene: String = "a") async -> WeChatError? {
        await error { () async throws(WeChatError) in
            try await client.unlimitedCode(scene: scene)
        }
    }

    /// Exchanges a js_code; nil when that went well.
    func session(_ code: String = "code-alice-1") async -> WeChatError? {
        await error { () async throws(WeChatError) in try await client.session(forCode: code) }
    }

    /// Exchanges what the phone-number button gave; nil when that went well.
    func phoneNumber(_ code: String = "number-alice-1") async -> WeChatError? {
        await error { () async throws(WeChatError) in try await client.phoneNumber(forCode: code) }
    }

    /// Returns once so many wait for a place.
    func queued(_ call: WeChatCall, _ count: Int) async {
        while client.gate.withLock({ $0.waiting(call) }) < count, !Task.isCancelled {
            await Task.yield()
        }
    }

    /// What the client's observer was told.
    final class Exchanges: Sendable {
        private let list = Mutex<[WeChatExchange]>([])

        var all: [WeChatExchange] { list.withLock { $0 } }

        func note(_ exchange: WeChatExchange) {
            list.withLock { $0.append(exchange) }
        }
    }

    /// How often WeChat was asked for an access token.
    var tokenCalls: Int { wechat.calls(to: Self.tokenPath).count }

    /// Whether each of those calls was a forced refresh.
    var forced: [Bool] {
        wechat.calls(to: Self.tokenPath).map { $0.body.contains(#""force_refresh":true"#) }
    }

    /// The access token that each call for a picture carried.
    var tokensUsed: [String] {
        wechat.calls(to: Self.codePath).map { $0.query["access_token"] ?? "" }
    }

    /// Returns once so many callers wait for the one who asks.
    func waiters(_ count: Int) async {
        while client.tokens.withLock({ $0.waiters.count }) < count, !Task.isCancelled {
            await Task.yield()
        }
    }

    static func errcode(_ errcode: Int) -> ScriptedWeChat.Script {
        .json(#"{"errcode":\#(errcode),"errmsg":"no rid: 6955b900-488516f6-5f75c6d0"}"#)
    }

    static func token(_ text: String, seconds: Int = 7200) -> ScriptedWeChat.Script {
        .json(#"{"access_token":"\#(text)","expires_in":\#(seconds)}"#)
    }
}

/// What a call came to when it came to nothing.
func error(
    _ body: () async throws(WeChatError) -> some Any
) async -> WeChatError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
