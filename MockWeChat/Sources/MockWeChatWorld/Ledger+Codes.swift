extension Ledger {
    /// Code pictures.
    static let codes: [LedgerRule] = [
        LedgerRule(
            "unlimited.success",
            "A success is the bytes of a picture, 430 pixels wide unless asked otherwise",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "picture.type",
            "Its type is exactly `image/jpeg`, with a Content-Length",
            .observed,
            source: "post 0004eec30f0d9831dad18b6c866400; source of silenceper/wechat",
            date: "2024-07",
            where: "code calls"
        ),
        LedgerRule(
            "picture.hyaline",
            "is_hyaline gives a PNG with transparency, still under `image/jpeg`",
            .observed,
            source: "post 00066ef8a18af825407a282cd5ac00; live test of caiguanhao/wechatslim",
            date: "2024",
            where: "code calls"
        ),
        LedgerRule(
            "picture.error-json",
            "An error of a code call is JSON by its type",
            .observed,
            source: "post 0004eec30f0d9831dad18b6c866400",
            date: "2024-07",
            where: "code calls"
        ),
        LedgerRule(
            "picture.small",
            "Widths below 280 give 280 pixels",
            .observed,
            source: "post 000e84aca54590ce0cf601d1f5c800",
            date: "2018",
            where: "code calls"
        ),
        LedgerRule(
            "picture.large",
            "Widths above 1280 give 1280 pixels",
            .assumed,
            source: "the page gives the range only",
            date: "2026-06",
            where: "code calls"
        ),
        LedgerRule(
            "picture.colour",
            "line_color takes numbers and strings",
            .observed,
            source: "WeChat page; all SDKs send strings",
            date: "2026-06",
            where: "code calls"
        ),
        LedgerRule(
            "unlimited.same",
            "The same order gives the same picture",
            .assumed,
            source: "codes never expire and are not counted",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.40169",
            "40169: scene missing, empty or longer than 32",
            .observed,
            source: "captures 2021 to 2024; post 0004ac9f094e00ca615cfc2d956000",
            date: "2024",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.32",
            "A scene of 32 letters is taken",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.40129",
            "40129 `invalid scene`: a letter outside of the set, such as %",
            .observed,
            source: "captures 2019, 2020; post 0000c844b107084f2a7b0662d56c00",
            date: "2020",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.letters",
            "All letters of the documented set are taken",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.41030",
            "41030 `invalid page`: not in the released version, a leading slash, a query",
            .observed,
            source: "captures 2021, 2022; post 00086cfe078e4041c45df160b51000",
            date: "2022",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.no-check",
            "check_path false takes a page that the app does not have",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.60000",
            "check_path false allows 60,000 pages; the refusal is not published",
            .assumed,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.empty-page",
            "An empty page means the first page",
            .observed,
            source: "live test of caiguanhao/wechatslim",
            date: "2024",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.unreleased",
            "An app that is not released: 41030",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.unreleased-no-check",
            "An app that is not released, with check_path false: 40066; trial cures it",
            .observed,
            source: "a project's report",
            date: "2026",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.40097",
            "40097 `invalid args`: env_version outside of its set",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.85096",
            "85096: scancode_time is reserved",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.5000",
            "5,000 codes a minute; then 45009",
            .assumed,
            source: "older pages; the global list has 45011",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-form-body",
            "47001: a form body",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-number-for-boolean",
            "47001: a number for a boolean (2022-06)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-text-for-check-path",
            "47001: check_path as text (2022-06)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-misspelled-check-page",
            "47001: check_page (post 00022621aa08b0887cc070a336b800)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-misspelled-is-hyaline",
            "47001: isHyaline (post 00028a487e028888a73e5d10651800)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-misspelled-check-path",
            "47001: checkPath (2023)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-token-in-body",
            "47001: access_token repeated in the body (two posts)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-width-as-text",
            "47001: width as text (2020-04)",
            .observed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-scene-as-number",
            "47001: scene as a number",
            .assumed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.47001-path-for-page",
            "47001: path, the name of the sibling call",
            .assumed,
            source: "reports of 2020 to 2023",
            date: "2023",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "unlimited.45063",
            "45063: no permission to generate; the text is not published",
            .assumed,
            source: "WeChat page api_getunlimitedqrcode",
            date: "2026-06",
            where: "/wxa/getwxacodeunlimit"
        ),
        LedgerRule(
            "limited.success",
            "A picture, with Num-Used: how many codes are used up",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.repeat",
            "The same path asked twice counts twice",
            .assumed,
            source: "not documented",
            date: "2026-11",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.40159-no-path",
            "40159: no path",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.40159-path-too-long",
            "40159: a path of 1,025 letters",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.40097-unknown-version",
            "40097: env_version outside of its set",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.45029-all-codes-used",
            "45029: 100,000 codes are used; here one",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.45009-too-many-a-day",
            "45009: 10,000 a day by an older page; here one",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.85096-reserved-name",
            "85096: scancode_time in the path",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.40001-unknown-token",
            "40001: an unknown token",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.-1-busy",
            "-1: busy",
            .documented,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.40189-width",
            "40189: a wrong width, on an older page; by a fault",
            .assumed,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "limited.45063-no-permission",
            "45063: no permission, on an older page; by a fault",
            .assumed,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
        LedgerRule(
            "square.success",
            "A picture of a square code",
            .observed,
            source: "live test of caiguanhao/wechatslim",
            date: "2024",
            where: "/cgi-bin/wxaapp/createwxaqrcode"
        ),
        LedgerRule(
            "square.shared",
            "The 100,000 codes are shared with getwxacode",
            .documented,
            source: "WeChat page api_createqrcode",
            date: "2026-06",
            where: "/cgi-bin/wxaapp/createwxaqrcode"
        ),
        LedgerRule(
            "square.40159",
            "40159: a path of 129 letters",
            .documented,
            source: "WeChat page api_createqrcode",
            date: "2026-06",
            where: "/cgi-bin/wxaapp/createwxaqrcode"
        ),
        LedgerRule(
            "square.85096",
            "85096: scancode_time in the path",
            .documented,
            source: "WeChat page api_createqrcode",
            date: "2026-06",
            where: "/cgi-bin/wxaapp/createwxaqrcode"
        ),
        LedgerRule(
            "square.-1",
            "-1: busy",
            .documented,
            source: "WeChat page api_createqrcode",
            date: "2026-06",
            where: "/cgi-bin/wxaapp/createwxaqrcode"
        ),
        LedgerRule(
            "limited.unreleased",
            "Released apps only; the refusal is assumed to be 41030",
            .assumed,
            source: "WeChat page api_getqrcode",
            date: "2026-06",
            where: "/wxa/getwxacode"
        ),
    ]
}
