/// A refusal: WeChat's number for it.
///
/// The texts are in `text(in:)`.
struct WeChatError: Error, Sendable, Equatable {
    let code: Int
    /// For the few refusals whose text names the call's own data.
    private var text: String?
    /// What a fault wants to be sent, letter for letter.
    private var verbatim: String?

    init(_ code: Int, verbatim: String? = nil) {
        self.code = code
        self.verbatim = verbatim
    }

    static let systemBusy = Self(-1)
    static let invalidCredential = Self(40001)
    static let invalidGrantType = Self(40002)
    static let invalidAppID = Self(40013)
    static let invalidCode = Self(40029)
    static let invalidURL = Self(40066)
    static let invalidArgs = Self(40097)
    static let invalidSecret = Self(40125)
    static let invalidScene = Self(40129)
    static let codeUsed = Self(40163)
    static let invalidSceneLength = Self(40169)
    static let secretFrozen = Self(40243)
    static let invalidPage = Self(41030)
    static let tokenMissing = Self(41001)
    static let appIDMissing = Self(41002)
    static let secretMissing = Self(41004)
    static let codeMissing = Self(41008)
    static let tokenExpired = Self(42001)
    static let getRequired = Self(43001)
    static let postRequired = Self(43002)
    static let emptyBody = Self(44002)
    static let dailyQuota = Self(45009)
    static let minuteQuota = Self(45011)
    static let dataFormat = Self(47001)
    static let unauthorized = Self(48001)
    static let reservedField = Self(85096)

    /// WeChat's text names the caller in both notations.
    static func notInAllowList(_ ip: String) -> Self {
        let mapped = ip.contains(":") ? ip : "::ffff:\(ip)"
        var error = Self(40164)
        error.text = "invalid ip \(ip) ipv6 \(mapped), not in whitelist"
        return error
    }
}

// MARK: - Texts

extension WeChatError {
    /// Whether WeChat ends this text with a request id; 43002 was captured without one in 2026.
    var hasRequestID: Bool { verbatim == nil && code != 43002 && code != 0 }

    /// The text without the request id, or nil for a number that the table does not know.
    func text(in family: PathFamily) -> String? {
        if let text = verbatim ?? text { return text }
        if code == 40001, family == .sns {
            return "invalid credential, access_token is invalid or not latest"
        }
        return Self.texts[code]
    }

    /// The texts as sent.
    ///
    /// The tables of WeChat's pages have lost their commas; the service has not.
    private static let texts: [Int: String] = [
        -1: "system error",
        0: "ok",
        40001: """
        invalid credential, access_token is invalid or not latest, could get access_token by \
        getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r
        """,
        40002: "invalid grant_type",
        40003: "invalid openid",
        40013: "invalid appid",
        40014: "invalid access_token",
        40029: "invalid code",
        40066: "invalid url",
        40097: "invalid args",
        40125: "invalid appsecret",
        40129: "invalid scene",
        40159: "invalid length for path, or the data is not json string",
        40163: "code been used",
        40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
        40169: "invalid length for scene, or the data is not json string",
        40226: "code blocked",
        // Nobody has published this text; the number is from WeChat page api_getaccesstoken.
        40243: "appsecret is frozen",
        41001: "access_token missing",
        41002: "appid missing",
        41004: "appsecret missing",
        41008: "missing code",
        41030: "invalid page",
        42001: "access_token expired",
        43001: "require GET method",
        43002: "require POST method",
        43003: "require https",
        44002: "empty post data",
        45002: "content size out of limit",
        45009: "reach max api daily quota limit",
        45011: "api minute-quota reach limit, must slower, retry next minute",
        45029: "qrcode count out of limit",
        47001: "data format error",
        48001: "api unauthorized",
        48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
        50002: "user limited",
        85096: "not allow include scancode_time field",
        87007: "session_key is not existd or expired",
        87008: "invalid sig_method",
        87009: "invalid signature",
    ]
}
