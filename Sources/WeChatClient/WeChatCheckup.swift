import Foundation
package import HTTPTransport
import HTTPTypes

/// Asks WeChat once for an access token and once for a code picture, and says in plain words what
/// stands between this server and a login.
///
/// The access token is asked for in normal mode, so that a server that runs keeps its own.
/// Nothing that WeChat sends is repeated, except the address in its 40164.
package struct WeChatCheckup: Sendable {
    private let client: WeChatClient
    private var configuration: WeChatConfiguration { client.configuration }

    /// A clock that differs by more than this makes certificates and quotas hard to reason about.
    static let clockDifferenceSecondsMax: Int64 = 60
    private static let console = "mp.weixin.qq.com > 管理 > 开发管理 > 开发设置"

    package init(
        configuration: WeChatConfiguration,
        transport: any HTTPTransport,
        clock: any WeChatClock
    ) {
        client = WeChatClient(configuration: configuration, transport: transport, clock: clock)
    }

    /// Looks at everything, in the order in which things depend on each other.
    ///
    /// `now` is the time of day of this machine, in whole seconds since 1970; `scene` is what the
    /// picture that is asked for would carry.
    package func lines(now: Int64, scene: String) async -> [CheckupLine] {
        let answer: HTTPAnswer
        do {
            answer = try await askForToken()
        } catch {
            return [CheckupLine(.wrong, "connection", words(for: error))]
                + ["clock", "app", "address", "page", "quota"].map { unknown($0) }
        }
        let connected = CheckupLine(
            .well,
            "connection",
            "\(base) answers"
                + (configuration.scheme == "https"
                    ? ", and its certificate is trusted." : ", without TLS: for development alone.")
        )
        let clock = clockLine(answer, now: now)
        let token: String
        do {
            token = try read(answer)
        } catch {
            return [connected, clock] + lines(refusing: error, answer)
        }
        let well = [
            connected, clock,
            CheckupLine(.well, "app", "WeChat knows \(configuration.appID) and its AppSecret."),
            CheckupLine(.well, "address", "WeChat takes calls from this machine's address."),
        ]
        do {
            let picture = try await askForPicture(scene: scene, token: token)
            return well + pictureLines(picture)
        } catch {
            return well + [CheckupLine(.wrong, "page", words(for: error)), unknown("quota")]
        }
    }

    private var base: String { "\(configuration.scheme)://\(configuration.authority)" }

    private func unknown(_ subject: String) -> CheckupLine {
        CheckupLine(.unknown, subject, "not known until the above is put right.")
    }

    // MARK: - The two calls

    private func askForToken() async throws(WeChatError) -> HTTPAnswer {
        try await client.post(
            "/cgi-bin/stable_token",
            [],
            json: StableTokenBody(
                appid: configuration.appID,
                secret: configuration.appSecret.exposed,
                forceRefresh: false
            ),
            timeout: configuration.timeout,
            answerBytesMax: WeChatClient.jsonBytesMax
        )
    }

    private func askForPicture(
        scene: String,
        token: String
    ) async throws(WeChatError) -> HTTPAnswer {
        try await client.post(
            "/wxa/getwxacodeunlimit",
            [("access_token", token)],
            json: UnlimitedCodeBody(
                scene: scene,
                page: configuration.page,
                checkPath: configuration.environmentVersion == "release",
                environmentVersion: configuration.environmentVersion
            ),
            timeout: configuration.timeout,
            answerBytesMax: WeChatClient.pictureBytesMax
        )
    }

    private func read(_ answer: HTTPAnswer) throws(WeChatError) -> String {
        let json = try WeChatAnswer.read(answer)
        guard let token = json.accessToken, !token.isEmpty else { throw .unreadable("token") }
        return token
    }

    // MARK: - What went wrong on the way

    private func words(for error: WeChatError) -> String {
        switch error {
        case .transport(.timedOut):
            return
                "\(base) gave no answer within \(configuration.timeout): is a firewall in between?"
        case .transport(.unreachable):
            return
                "no connection to \(base): is the port open to the outside, and is it the right one?"
        case .transport(.untrusted):
            return "\(base) answers, but its TLS certificate cannot be trusted: something between "
                + "this machine and WeChat opens connections, or the system's certificates "
                + "(ca-certificates) are missing or old."
        case .transport(.cutOff):
            return "\(base) closed the connection before it had answered."
        case .transport(.answerTooLarge):
            return "\(base) sent more than WeChat ever does: this is not WeChat."
        default:
            return "\(base) gave an answer that is none of WeChat's (\(error.label))."
        }
    }

    // MARK: - The clock

    private func clockLine(_ answer: HTTPAnswer, now: Int64) -> CheckupLine {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        // IMF-fixdate (RFC 9110 section 5.6.7).
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let text = answer.response.headerFields[.date], let date = format.date(from: text)
        else {
            return CheckupLine(.unknown, "clock", "WeChat did not say what time it has.")
        }
        let difference = now - Int64(date.timeIntervalSince1970)
        guard abs(difference) > Self.clockDifferenceSecondsMax else {
            return CheckupLine(.well, "clock", "\(abs(difference)) s from WeChat's.")
        }
        return CheckupLine(
            .wrong,
            "clock",
            "this machine is \(abs(difference)) s \(difference > 0 ? "ahead of" : "behind") WeChat: "
                + "set its clock, by NTP."
        )
    }

    // MARK: - The access token was refused

    private func lines(refusing error: WeChatError, _ answer: HTTPAnswer) -> [CheckupLine] {
        guard let errcode = error.errcode else {
            return [CheckupLine(.wrong, "app", words(for: error))]
                + ["address", "page", "quota"].map { unknown($0) }
        }
        let appID = configuration.appID
        switch errcode {
        case 40164:
            let address = Self.address(in: answer)
            return [
                unknown("app"),
                CheckupLine(
                    .wrong,
                    "address",
                    "WeChat does not take calls from \(address ?? "this machine's address") (40164): "
                        + "put \(address ?? "it") on the allow-list, \(Self.console) > IP白名单."
                ),
                unknown("page"), unknown("quota"),
            ]
        case 89501, 89503, 89506, 89507:
            return [
                unknown("app"),
                CheckupLine(
                    .wrong,
                    "address",
                    "WeChat waits until the mini-program's administrator has agreed to this "
                        + "machine's address (\(errcode)): they have a message in WeChat."
                ),
                unknown("page"), unknown("quota"),
            ]
        case 45009, 45011:
            return [
                unknown("app"), unknown("address"), unknown("page"),
                CheckupLine(
                    .wrong,
                    "quota",
                    "the app has asked for too many access tokens (\(errcode)); "
                        + "a day's quota comes back at midnight in Beijing, a minute's in a minute."
                ),
            ]
        default:
            let words =
                switch errcode {
                case 40013, 41002:
                    "WeChat knows no app \(appID) (\(errcode)): copy the AppID from \(Self.console)."
                case 40001, 40125, 41004:
                    "the AppSecret is not that of \(appID) (\(errcode)): copy or reset it at "
                        + "\(Self.console)."
                case 40243:
                    "the AppSecret of \(appID) is frozen (40243): thaw it at \(Self.console)."
                case 48004, 50002, 50004, 50007:
                    "WeChat has blocked \(appID) (\(errcode)): mp.weixin.qq.com says why."
                case -1:
                    "WeChat is busy (-1): try again in a minute."
                default:
                    "WeChat gives no access token (\(errcode))."
                }
            return [CheckupLine(.wrong, "app", words)]
                + ["address", "page", "quota"].map { unknown($0) }
        }
    }

    /// The address that WeChat has seen, as it says in `invalid ip 203.0.113.9 ipv6 …` (wechat-api.md
    /// 0.7); nil when it is none.
    private static func address(in answer: HTTPAnswer) -> String? {
        let text = String(decoding: answer.body.prefix(2048), as: UTF8.self)
        return text.firstMatch(of: /invalid ip ([0-9A-Fa-f.:]{3,45})[ ,]/).map { String($0.1) }
    }

    // MARK: - The picture

    private func pictureLines(_ answer: HTTPAnswer) -> [CheckupLine] {
        if answer.response.status.code == 200, CodePicture(answer.body) != nil {
            return [
                CheckupLine(
                    .well,
                    "page",
                    "WeChat draws codes for \(configuration.page) "
                        + "(\(configuration.environmentVersion))."
                ),
                CheckupLine(.well, "quota", "none is used up."),
            ]
        }
        let error: WeChatError
        do {
            _ = try WeChatAnswer.read(answer)
            error = .unreadable("picture")
        } catch let failure {
            error = failure
        }
        guard let errcode = error.errcode else {
            return [CheckupLine(.wrong, "page", words(for: error)), unknown("quota")]
        }
        if errcode == 45009 || errcode == 45011 {
            return [
                unknown("page"),
                CheckupLine(
                    .wrong,
                    "quota",
                    "WeChat draws no more codes for now (\(errcode)): 5,000 a minute for an app, "
                        + "shared by everything that uses it. The server looks again every 10 s."
                ),
            ]
        }
        return [CheckupLine(.wrong, "page", pageWords(errcode)), unknown("quota")]
    }

    private func pageWords(_ errcode: Int) -> String {
        let page = configuration.page
        return switch errcode {
        case 41030:
            "the released mini-program has no page \(page) (41030): release a version with it, or "
                + "set SCAN_LOGIN_WECHAT_PAGE to one it has, without a leading slash."
        case 40066:
            "the mini-program has no released version (40066)."
        case 48001, 45063:
            "\(configuration.appID) may not draw mini-program codes (\(errcode)): is it a "
                + "mini-program's AppID?"
        case 40001, 40014, 42001:
            "WeChat does not take the access token that it has just given (\(errcode)): does "
                + "another program refresh it by force?"
        case -1:
            "WeChat is busy (-1): try again in a minute."
        default:
            "WeChat draws no code (\(errcode))."
        }
    }
}

extension WeChatError {
    /// The number that WeChat gave; nil where it gave none.
    fileprivate var errcode: Int? {
        switch self {
        case .invalidCode: 40029
        case .userBlocked: 40226
        case .quotaReached(let errcode), .tokenRefused(let errcode), .refused(let errcode): errcode
        case .unreadable, .transport, .backingOff, .resting, .crowded: nil
        }
    }
}
