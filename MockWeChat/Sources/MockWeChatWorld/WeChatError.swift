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

    static let invalidCredential = Self(40001)
    static let invalidGrantType = Self(40002)
    static let invalidOpenID = Self(40003)
    static let invalidMediaType = Self(40004)
    static let invalidAppID = Self(40013)
    static let invalidCode = Self(40029)
    static let invalidTemplate = Self(40037)
    static let invalidURL = Self(40066)
    static let invalidArgs = Self(40097)
    static let invalidSecret = Self(40125)
    static let invalidScene = Self(40129)
    static let invalidPathLength = Self(40159)
    static let codeUsed = Self(40163)
    static let invalidSceneLength = Self(40169)
    static let secretFrozen = Self(40243)
    static let tokenMissing = Self(41001)
    static let appIDMissing = Self(41002)
    static let secretMissing = Self(41004)
    static let codeMissing = Self(41008)
    static let invalidPage = Self(41030)
    static let tokenExpired = Self(42001)
    static let getRequired = Self(43001)
    static let postRequired = Self(43002)
    static let encryptionRequired = Self(43003)
    static let userRefuses = Self(43101)
    static let foreignOpenID = Self(43104)
    static let emptyBody = Self(44002)
    static let minuteFrequency = Self(44991)
    static let tooLarge = Self(45002)
    static let dailyQuota = Self(45009)
    static let minuteQuota = Self(45011)
    static let tooManyCodes = Self(45029)
    static let dataFormat = Self(47001)
    static let unauthorized = Self(48001)
    static let tooManyClears = Self(48006)
    static let userNotActive = Self(61010)
    static let ridNotFound = Self(76001)
    static let ridMalformed = Self(76002)
    static let ridNotAllowed = Self(76003)
    static let ridTooOld = Self(76004)
    static let pathNotFound = Self(76021)
    static let pathNotAllowed = Self(76022)
    static let reservedField = Self(85096)
    static let sessionKeyGone = Self(87007)
    static let invalidSignatureMethod = Self(87008)
    static let invalidSignature = Self(87009)
    static let riskyContent = Self(87014)

    /// WeChat's text names the caller in both notations.
    static func notInAllowList(_ ip: String) -> Self {
        let mapped = ip.contains(":") ? ip : "::ffff:\(ip)"
        return named(40164, "invalid ip \(ip) ipv6 \(mapped), not in whitelist")
    }

    /// WeChat's text names the field (observed: `argument invalid! data.time2.value is empty`).
    static func emptyArgument(_ name: String) -> Self {
        named(47003, "argument invalid! \(name) is empty")
    }

    static func invalidArgument(_ name: String) -> Self {
        named(47003, "argument invalid! \(name) invalid")
    }

    private static func named(_ code: Int, _ text: String) -> Self {
        var error = Self(code)
        error.text = text
        return error
    }
}

// MARK: - Texts

extension WeChatError {
    /// Whether the text is a fault's own, to be sent letter for letter.
    var isVerbatim: Bool { verbatim != nil || code == 0 }

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
        40004: "invalid media type",
        40013: "invalid appid",
        40014: "invalid access_token",
        40029: "invalid code",
        40037: "invalid template_id",
        40066: "invalid url",
        40097: "invalid args",
        40125: "invalid appsecret",
        40129: "invalid scene",
        40159: "invalid length for path, or the data is not json string",
        40163: "code been used",
        40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
        40169: "invalid length for scene, or the data is not json string",
        40226: "code blocked",
        41001: "access_token missing",
        41002: "appid missing",
        41004: "appsecret missing",
        41008: "missing code",
        41030: "invalid page",
        42001: "access_token expired",
        43001: "require GET method",
        43002: "require POST method",
        43003: "require https",
        43101: "user refuse to accept the msg",
        43104: "The openid does not match the appid",
        44002: "empty post data",
        44991: "reach max api minute frequence",
        45002: "content size out of limit",
        45009: "reach max api daily quota limit",
        45011: "api minute-quota reach limit, must slower, retry next minute",
        45029: "qrcode count out of limit",
        45035: "access clientip is not registered",
        47001: "data format error",
        47003: "argument invalid! data is empty",
        48001: "api unauthorized",
        48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
        48006: "forbid to clear quota because of reaching the limit",
        50002: "user limited",
        61004: "access clientip is not registered",
        61010: "code is expired",
        76001: "rid not found",
        76002: "rid is error",
        76003: "could not query this rid,no permission",
        76004: "rid time is error",
        76021: "cgi_path not found, please check",
        76022: "could not use this cgi_path，no permission",
        85096: "not allow include scancode_time field",
        87007: "session_key is not existd or expired",
        87008: "invalid sig_method",
        87009: "invalid signature",
        87014: "risky content",
        87020: "repeat request limit exceeded",
        // Nobody has published these texts; the numbers are from WeChat's pages.
        40189: "invalid width",
        40243: "appsecret is frozen",
        43107: "subscribe message capability is banned",
        43108: "concurrent sends to one user",
        45063: "no permission to generate the code",
        45168: "forbidden word in the message",
        50004: "forbidden to use the access_token interface",
        50007: "account is frozen",
        89501: "the ip is waiting for confirmation by the administrator",
        89503: "the ip needs confirmation by the administrator",
        89506: "the ip was refused twice by the administrator, it is blocked for 24 hours",
        89507: "the ip was refused by the administrator, it is blocked for 1 hour",
    ]
}
