package import HTTPTransport
import HTTPTypes
import Synchronization

/// The calls we make to WeChat: one access token, one code picture, one exchange of a js_code.
///
/// Owns: the shapes of those calls, the table of errcodes, the access token with everything that
/// keeps it alive (`AccessTokenCache`), and how often and how long WeChat is asked at all (`CallGate`,
/// `Breaker`).
/// Does not own: what a login is, the mock, a socket, a clock, dice. Bytes go out through
/// `HTTPTransport`; the time comes in through `WeChatClock`.
/// Called by: `LoginService`.
///
/// WeChat takes secrets in URLs, so no error and no log of this room carries one (T35).
package final class WeChatClient: Sendable {
    let configuration: WeChatConfiguration
    let transport: any HTTPTransport
    let clock: any WeChatClock
    let observer: WeChatObserver
    let tokens: Mutex<AccessTokenCache>
    let gate: Mutex<CallGate>

    /// `observer` is told of each exchange.
    package init(
        configuration: WeChatConfiguration,
        transport: any HTTPTransport,
        clock: any WeChatClock,
        observer: @escaping WeChatObserver = { _ in }
    ) {
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        self.observer = observer
        self.tokens = Mutex(AccessTokenCache())
        self.gate = Mutex(CallGate())
    }

    /// A link that opens the mini-program's page with a scene, on the phone it is tapped on: WeChat's
    /// plain URL scheme.
    ///
    /// Documented: `weixin://dl/business/?appid=…&path=…&query=…&env_version=…`, the query encoded, the
    /// path without a slash and of a released page; it must be allowed in the mini-program's console,
    /// under 设置, 隐私与安全, 明文 scheme; the launch value is 1286 (WeChat, "URL Scheme", and its
    /// notice of 2023-12-19). Reported: not for personal mini-programs. Assumed: it opens inside WeChat's
    /// own browser as outside of it, where `env_version` is said to count only outside.
    package func link(scene: String) -> String {
        let page = "appid=\(configuration.appID)&path=\(configuration.page)"
        let version = configuration.environmentVersion
        return "weixin://dl/business/?\(page)&query=scene%3D\(scene)&env_version=\(version)"
    }
}

/// What the client needs of time and chance.
package protocol WeChatClock: Sendable {
    /// Milliseconds that never go back.
    func milliseconds() -> Int64
    /// A number from 0 up to, not including, 1. Spreads the renewals of several servers.
    func jitter() -> Double
}

/// Where WeChat is and who we are there.
package struct WeChatConfiguration: Sendable {
    /// `https`, or `http` in development.
    package var scheme: String
    /// Host, and port where it is not the scheme's own.
    package var authority: String
    package var appID: String
    package var appSecret: AppSecret
    /// The mini-program's page that opens, without a leading slash.
    package var page: String
    /// `release`, `trial` or `develop`.
    package var environmentVersion: String
    /// The longest wait for what was asked, an access token and a place included (`security.md` 0.1:
    /// total 5 s).
    package var timeout: Duration = .seconds(5)

    /// Splits a base URL such as `https://api.weixin.qq.com`; nil unless it is a scheme and a host
    /// and nothing more.
    package init?(
        baseURL: String,
        appID: String,
        appSecret: AppSecret,
        page: String,
        environmentVersion: String
    ) {
        guard let split = baseURL.firstRange(of: "://") else { return nil }
        let scheme = String(baseURL[..<split.lowerBound])
        var authority = String(baseURL[split.upperBound...])
        if authority.hasSuffix("/") { authority.removeLast() }
        guard scheme == "https" || scheme == "http", !authority.isEmpty,
            !authority.contains(where: { "/?#@ \\".contains($0) })
        else { return nil }
        self.scheme = scheme
        self.authority = authority
        self.appID = appID
        self.appSecret = appSecret
        self.page = page
        self.environmentVersion = environmentVersion
    }
}

/// The AppSecret.
///
/// It prints `<redacted>`.
package struct AppSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The secret itself, for the calls that carry it.
    ///
    /// Never log it.
    package let exposed: String

    package init(_ exposed: String) {
        self.exposed = exposed
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
