extension Ledger {
    /// Quotas and addresses.
    static let account: [LedgerRule] = [
        LedgerRule(
            "clear.ok",
            "The app's daily counters begin anew",
            .documented,
            source: "WeChat page api_clearquota",
            date: "2026-06",
            where: "/cgi-bin/clear_quota"
        ),
        LedgerRule(
            "clear.40013",
            "40013: not the app of the token",
            .assumed,
            source: "the page says that the token belongs to the app",
            date: "2026-06",
            where: "/cgi-bin/clear_quota"
        ),
        LedgerRule(
            "clear.48006",
            "48006: ten a month",
            .documented,
            source: "WeChat page api_clearquota",
            date: "2026-06",
            where: "/cgi-bin/clear_quota"
        ),
        LedgerRule(
            "quota.ok",
            "What an app may call, has called and has left",
            .documented,
            source: "WeChat page api_getapiquota",
            date: "2026-06",
            where: "/cgi-bin/openapi/quota/get"
        ),
        LedgerRule(
            "quota.76021",
            "76021: a path that WeChat does not have",
            .documented,
            source: "WeChat page api_getapiquota",
            date: "2026-06",
            where: "/cgi-bin/openapi/quota/get"
        ),
        LedgerRule(
            "quota.76022",
            "76022: a path of /sns",
            .documented,
            source: "WeChat page api_getapiquota",
            date: "2026-06",
            where: "/cgi-bin/openapi/quota/get"
        ),
        LedgerRule(
            "rid.ok",
            "What a call was and what it answered, by its request id",
            .documented,
            source: "WeChat page api_getridinfo",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "rid.76001",
            "76001 `rid not found`",
            .documented,
            source: "WeChat page api_getridinfo",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "rid.76002",
            "76002 `rid is error`: not of the form",
            .documented,
            source: "WeChat page api_getridinfo",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "rid.76003",
            "76003: another account's id",
            .documented,
            source: "WeChat page api_getridinfo",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "rid.sns",
            "Ids of /sns cannot be asked for: 76003",
            .assumed,
            source: "the page says that they cannot",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "rid.76004",
            "76004 `rid time is error`: older than seven days; the page's notes have 76001",
            .assumed,
            source: "WeChat page api_getridinfo says both",
            date: "2026-06",
            where: "/cgi-bin/openapi/rid/get"
        ),
        LedgerRule(
            "ips.domain",
            "A success has ip_list and nothing else",
            .documented,
            source: "WeChat page api_getapidomainip",
            date: "2026-06",
            where: "/cgi-bin/get_api_domain_ip"
        ),
        LedgerRule(
            "ips.callback",
            "Addresses that WeChat calls from: ip_list and nothing else",
            .documented,
            source: "WeChat page api_getcallbackip",
            date: "2026-06",
            where: "/cgi-bin/getcallbackip"
        ),
        LedgerRule(
            "ips.40013",
            "40013 is the pages' example of a refusal",
            .documented,
            source: "WeChat page api_getcallbackip",
            date: "2026-06",
            where: "/cgi-bin/getcallbackip"
        ),
        LedgerRule(
            "ips.official",
            "Official accounts have the calls of quotas and addresses too",
            .documented,
            source: "WeChat page api_getcallbackip",
            date: "2026-06",
            where: "/cgi-bin/getcallbackip"
        ),
    ]
}
