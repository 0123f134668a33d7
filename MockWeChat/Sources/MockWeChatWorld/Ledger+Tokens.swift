extension Ledger {
    /// Access tokens.
    static let tokens: [LedgerRule] = [
        LedgerRule(
            "token.success",
            "A success has access_token and expires_in and no errcode",
            .observed,
            source: "captures; post 000a6e7649cd20cd920c1a4d05b400",
            date: "2024",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.shape",
            "A token is a number, `_` and letters out of A-Za-z0-9_-, 156 in all",
            .observed,
            source: "six published expired tokens",
            date: "2024",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.life",
            "A token lives 7,200 s",
            .documented,
            source: "WeChat page api_getaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.new",
            "Each call gives a new token",
            .documented,
            source: "WeChat page api_getaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.overlap",
            "The token before works for five more minutes",
            .documented,
            source: "WeChat page access_token usage",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.superseded",
            "After those five minutes the token before answers 40001",
            .observed,
            source: "captures; WeChat page access_token usage",
            date: "2026",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.isolation",
            "Tokens of this call and of stable_token do not touch each other",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.41002",
            "41002 `appid missing` comes first, also when the secret is missing too",
            .observed,
            source: "live test of caiguanhao/wechatslim",
            date: "2024",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.41004",
            "41004 `appsecret missing`",
            .documented,
            source: "WeChat page api_getaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40013",
            "40013 `invalid appid`",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40013-first",
            "40013 comes even when grant_type is missing",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40125",
            "40125 `invalid appsecret`, although the page lists 40001 for it",
            .observed,
            source: "captures 2022 to 2026",
            date: "2026",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40002",
            "40002 `invalid grant_type`, after the secret",
            .assumed,
            source: "capture 2020-08; its place in the order is not known",
            date: "2020-08",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40164",
            "40164: the caller's address is not on the app's list; the text has both notations",
            .observed,
            source: "captures 2020 to 2026",
            date: "2026",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.40243",
            "40243: the owner froze the secret; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.frozen-lives",
            "Freezing or changing a secret leaves issued tokens alive",
            .assumed,
            source: "not documented for tokens",
            date: "2026-11",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.2000",
            "2,000 tokens a day; the figure is that of official accounts",
            .assumed,
            source: "posts; 00088a83ccc388eb3cf17fcb766c00",
            date: "2024",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.50004",
            "50004: the interface is forbidden; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.50007",
            "50007: the account is frozen; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.89501",
            "89501: the address waits for the administrator; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.89503",
            "89503: the address needs the administrator's consent; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.89506",
            "89506: the administrator refused twice: 24 hours; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "token.89507",
            "89507: the administrator refused: one hour; the text is not published",
            .assumed,
            source: "WeChat page api_getaccesstoken; nilorg/go-wechat#23",
            date: "2026-06",
            where: "/cgi-bin/token"
        ),
        LedgerRule(
            "stable.success",
            "A success has access_token and expires_in",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.same",
            "Within its life the same token comes again, with the seconds that remain",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.renewal",
            "With less than 300 s left a new token comes; expires_in is never below 300",
            .documented,
            source: "mini-game page auth.getStableAccessToken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.renewal-overlap",
            "After such a renewal the old token works for five more minutes",
            .documented,
            source: "mini-game page auth.getStableAccessToken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.force",
            "A forced refresh gives a new token",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.force-ends",
            "A forced refresh ends the token before at once",
            .assumed,
            source: "the page gives no overlap",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.force-gap",
            "A forced refresh within 30 s of the last gives the current token",
            .assumed,
            source: "the page says that it does not refresh",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.force-twenty",
            "Beyond 20 forced refreshes a day the current token comes",
            .assumed,
            source: "the page states the number only",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.get",
            "The call is a POST with JSON only: GET answers 43002",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.limits",
            "10,000 calls a minute and 500,000 a day",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.40002",
            "40002: a wrong grant_type",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.40013",
            "40013: an unknown appid",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.40125",
            "40125: a wrong secret",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.40164",
            "40164: an address that is not on the list",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.41002",
            "41002: no appid",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.41004",
            "41004: no secret",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.45009",
            "45009: too many calls a day",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.45011",
            "45011: too many calls a minute",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.47001",
            "47001: a form instead of JSON",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.89503",
            "89503: an address that needs the administrator",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.89506",
            "89506: an address refused twice",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.89507",
            "89507: an address refused",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
        LedgerRule(
            "stable.40243",
            "40243: a frozen secret",
            .documented,
            source: "WeChat page api_getstableaccesstoken",
            date: "2026-06",
            where: "/cgi-bin/stable_token"
        ),
    ]
}
