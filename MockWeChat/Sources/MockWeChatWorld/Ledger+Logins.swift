extension Ledger {
    /// Logins and session keys.
    static let logins: [LedgerRule] = [
        LedgerRule(
            "code2session.success",
            "A success has session_key and openid and no errcode, in this order",
            .observed,
            source: "captures 2019, 2021, 2022",
            date: "2022",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.unionid",
            "unionid is the third member when the app is bound to an Open Platform account",
            .documented,
            source: "announcement of 2021-02-23",
            date: "2021-02-23",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.slash",
            "A slash in a session_key is escaped",
            .observed,
            source: "capture",
            date: "2021",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.no-unionid",
            "Without such an account there is no unionid",
            .documented,
            source: "WeChat page api_code2session",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.extra",
            "An access_token beside the parameters is ignored",
            .observed,
            source: "source of WxJava, wechatpy, PowerWeChat",
            date: "2025-02",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.once",
            "40163 `code been used`: a js_code works once",
            .observed,
            source: "captures 2021 to 2024",
            date: "2024",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.40029",
            "40029 `invalid code`: unknown",
            .observed,
            source: "captures",
            date: "2024",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.life",
            "A js_code lives five minutes; then 40029",
            .documented,
            source: "WeChat page wx.login",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.alive",
            "One second before its end a js_code works",
            .documented,
            source: "WeChat page wx.login",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.foreign",
            "Another app's js_code answers 40029",
            .assumed,
            source: "not known: 40029 or 40013",
            date: "2026-11",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.unspent",
            "A failed exchange does not spend the js_code",
            .assumed,
            source: "not known",
            date: "2026-11",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.same-key",
            "Logins in quick succession keep the session_key",
            .documented,
            source: "login guide; the period is assumed to be 300 s",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.new-key",
            "A later login replaces the session_key",
            .documented,
            source: "login guide",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.100",
            "100 calls a minute for one user; then 45011",
            .documented,
            source: "WeChat page api_code2session, an older revision",
            date: "2021",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_code2session",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.40013",
            "40013: an unknown appid",
            .observed,
            source: "captures",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.40125",
            "40125: a wrong secret",
            .assumed,
            source: "the comma is inferred from the family",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.40226",
            "40226: a user at high risk",
            .documented,
            source: "WeChat page api_code2session",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.41002",
            "41002: no appid",
            .observed,
            source: "captures",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.41004",
            "41004: no secret",
            .observed,
            source: "captures",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.41008",
            "41008: no js_code",
            .observed,
            source: "lists of SDKs",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "code2session.40002",
            "40002: a wrong grant_type",
            .assumed,
            source: "the global list; its place in the order is not known",
            date: "2026-06",
            where: "/sns/jscode2session"
        ),
        LedgerRule(
            "check.success",
            "The signature is the HMAC-SHA256 of nothing under the session_key as text",
            .documented,
            source: "WeChat page api_checksessionkey and its signature guide",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.87009",
            "87009: a wrong signature",
            .documented,
            source: "WeChat page api_checksessionkey",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.87008",
            "87008: another sig_method",
            .assumed,
            source: "by analogy with resetusersessionkey",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.87007",
            "87007: a session_key that has expired",
            .assumed,
            source: "by analogy with resetusersessionkey",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.40003",
            "40003: an openid that is not of this app",
            .assumed,
            source: "by analogy with resetusersessionkey",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.key-life",
            "A session_key lives three days after its last use",
            .assumed,
            source: "unpublished on purpose",
            date: "2026-11",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "check.old-key",
            "A replaced session_key is dead",
            .documented,
            source: "WeChat page api_checksessionkey",
            date: "2026-06",
            where: "/wxa/checksession"
        ),
        LedgerRule(
            "reset.success",
            "A new session_key comes; the call is a GET",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.dead",
            "The old key dies at once",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.expiry",
            "The new key ends when the old one would have",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.87009",
            "87009: a wrong signature",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.87008",
            "87008: another sig_method",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.40097",
            "40097: no signature",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.87007",
            "87007 `session_key is not existd or expired`, spelled so",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.60000",
            "60,000 calls a minute for an app",
            .documented,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "reset.45011",
            "45011: frequent resets of one user; assumed: more than ten a minute",
            .assumed,
            source: "WeChat page api_resetusersessionkey",
            date: "2026-06",
            where: "/wxa/resetusersessionkey"
        ),
        LedgerRule(
            "code2session.48001",
            "48001: the appid of an official account",
            .assumed,
            source: "no page says; its phones have no wx.login",
            date: "2026-11",
            where: "/sns/jscode2session"
        ),
    ]
}
