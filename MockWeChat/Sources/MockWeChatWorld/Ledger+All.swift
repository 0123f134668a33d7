extension Ledger {
    /// All calls.
    static let all: [LedgerRule] = [
        LedgerRule(
            "all.status",
            "A refusal is HTTP 200 with errcode and errmsg in JSON",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "all"
        ),
        LedgerRule(
            "all.type-json",
            "Answers of /cgi-bin and /wxa are `application/json; encoding=utf-8`",
            .observed,
            source: "post 0004eec30f0d9831dad18b6c866400",
            date: "2024-07",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.type-text",
            "Answers of /sns are `text/plain`",
            .observed,
            source: "two programs with regression tests for it",
            date: "2026",
            where: "/sns"
        ),
        LedgerRule(
            "all.rid-space",
            "Outside of /sns a space stands before the request id",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.rid-comma",
            "On /sns a comma and a space stand before the request id",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/sns"
        ),
        LedgerRule(
            "all.rid-time",
            "The first group of a request id is the second of the call in hex, the others are below 80000000",
            .observed,
            source: "about 40 published samples; WeChat page api_getridinfo",
            date: "2026",
            where: "all"
        ),
        LedgerRule(
            "all.ok",
            "The errmsg of a success is `ok` without a request id",
            .documented,
            source: "WeChat pages",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.order-token",
            "41001 and 40001 come before the method and the body",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.unknown-query",
            "Query parameters that a call does not know are ignored",
            .assumed,
            source: "SDKs send access_token to jscode2session, neededText, debug",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.body-type",
            "A body is read as JSON whatever its Content-Type says",
            .observed,
            source: "source of wechatpy and WxJava",
            date: "2025-02",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.busy",
            "-1 `system error`: busy, try again later",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.40001",
            "40001: an access token that is unknown or no longer the latest",
            .observed,
            source: "captures 2023 to 2026",
            date: "2026-09-17",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.40001-sns",
            "40001 on /sns stops after `not latest`",
            .observed,
            source: "captures 2023 to 2026",
            date: "2026",
            where: "/sns"
        ),
        LedgerRule(
            "all.40014",
            "40014 `invalid access_token`: documented, not seen in any probe",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.40066",
            "40066 `invalid url`: no such call",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.41001",
            "41001 `access_token missing`",
            .observed,
            source: "keyless probes of api.weixin.qq.com",
            date: "2026-09-17",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.42001",
            "42001 `access_token expired`: past its own 7,200 s",
            .documented,
            source: "WeChat page access_token usage",
            date: "2026-06",
            where: "/cgi-bin, /wxa"
        ),
        LedgerRule(
            "all.43001",
            "43001 `require GET method`",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "GET calls"
        ),
        LedgerRule(
            "all.43002",
            "43002 `require POST method`, without a request id",
            .observed,
            source: "capture",
            date: "2026",
            where: "POST calls"
        ),
        LedgerRule(
            "all.43003",
            "43003 `require https`: plain http to WeChat's own name",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.44002",
            "44002 `empty post data`",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "POST calls"
        ),
        LedgerRule(
            "all.45002",
            "45002 `content size out of limit`",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.45009",
            "45009 `reach max api daily quota limit`",
            .documented,
            source: "WeChat page api_getridinfo",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.day",
            "A day of quotas ends at midnight in Beijing",
            .assumed,
            source: "the service runs on Beijing time",
            date: "2026-11",
            where: "all"
        ),
        LedgerRule(
            "all.refused-free",
            "A refused call does not count against a quota",
            .assumed,
            source: "nobody has published it",
            date: "2026-11",
            where: "all"
        ),
        LedgerRule(
            "all.45011",
            "45011: more calls in a minute than allowed",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.minute",
            "A minute of quotas is a clock minute",
            .assumed,
            source: "nobody has published it",
            date: "2026-11",
            where: "all"
        ),
        LedgerRule(
            "all.47001",
            "47001 `data format error`: no JSON, or wrong types",
            .observed,
            source: "captures 2021 to 2023",
            date: "2023",
            where: "POST calls"
        ),
        LedgerRule(
            "all.48001",
            "48001 `api unauthorized`: an app of another kind",
            .observed,
            source: "captures 2022, 2024",
            date: "2024",
            where: "code calls"
        ),
        LedgerRule(
            "all.48004",
            "48004: the account is banned",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.50002",
            "50002: the account is limited",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.45035",
            "45035: the address is not registered, other kinds of accounts",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
        LedgerRule(
            "all.61004",
            "61004: the address is not registered, other kinds of accounts",
            .documented,
            source: "global error codes",
            date: "2026-06",
            where: "all"
        ),
    ]
}
