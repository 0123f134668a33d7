import Foundation
import TestSupport
import Testing

/// What a peer may send instead of what is asked for: each gets its answer, none is a 500, and none
/// moves a row.
@Suite struct BadInputTests {
    /// A login under way, and everybody who takes part in it.
    private struct Scenery {
        let stage: EdgeStage
        let browser: Browser
        let phone: Phone
        let scene: String
        let nonce: String
    }

    private func scenery(_ body: (Scenery) async throws -> Void) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            stage.time.advance(by: .seconds(1))
            try await body(
                Scenery(stage: stage, browser: browser, phone: phone, scene: scene, nonce: nonce)
            )
            // After all that was refused, the login still goes on.
            #expect(try await phone.confirm(scene, nonce).status == 200)
            #expect(try await browser.complete().status == 200)
        }
    }

    private func refuses(
        _ scenery: Scenery,
        _ call: Call,
        _ status: Int,
        _ error: String,
        _ place: String
    ) async throws {
        let rows = scenery.stage.everything
        let asked = scenery.stage.wechat.calls.count
        let answer = try await scenery.stage.send(call)
        #expect(answer.status == status, "\(place)")
        #expect(answer.error == error, "\(place)")
        #expect(answer.number("code") == status, "\(place)")
        #expect(answer.names("") == ["code", "data", "error", "msg"], "\(place)")
        #expect(scenery.stage.everything == rows, "\(place)")
        #expect(scenery.stage.wechat.calls.count == asked, "\(place)")
    }

    // MARK: - Bodies of phones

    /// Bodies that are no JSON object, whatever call they go to.
    private static let notObjects: [(String, [UInt8])] = {
        let text: [(String, String)] = [
            ("nothing", ""), ("a space", " "), ("null", "null"), ("a number", "1"),
            ("a text", #""scene""#), ("a list", "[]"), ("a list of objects", "[{}]"),
            ("no end", "{"), ("no value", #"{"scene""#),
            ("no comma", #"{"scene":"a" "nonce":"b"}"#),
            ("a comma too many", #"{"scene":"a",}"#), ("and space", "{\"scene\":\"a\" ,\n }"),
            ("a comma too many in a list", #"{"scene":[1,]}"#), ("single quotes", "{'scene':'a'}"),
            ("a comment", #"{"scene":"a"/* */}"#), ("two objects", "{}{}"),
            ("something behind", "{}x"), ("no quotes", "{scene:1}"),
            ("a form", "scene=a&nonce=b&js_code=c"), ("XML", "<scene>a</scene>"),
            ("a lone backslash", #"{"scene":"\"}"#), ("a bad escape", #"{"scene":"\x41"}"#),
            ("half a surrogate", #"{"scene":"\ud800"}"#), ("not a number", #"{"launch":NaN}"#),
            ("a line break in a text", "{\"scene\":\"a\nb\"}"),
            ("deep lists", String(repeating: "[", count: 4000)),
            ("deep objects", String(repeating: #"{"a":"#, count: 1500)),
            (
                "deep and whole",
                #"{"scene":"# + String(repeating: "[", count: 2000)
                    + String(repeating: "]", count: 2000) + "}"
            ),
        ]
        let bytes: [(String, [UInt8])] = [
            ("a NUL", [0]),
            ("no UTF-8", Array(#"{"scene":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)),
            ("overlong UTF-8", Array(#"{"scene":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8)),
            ("cut UTF-8", Array(#"{"scene":""#.utf8) + [0xE4, 0xBD] + Array(#""}"#.utf8)),
            ("a NUL in a text", Array(#"{"scene":"a"#.utf8) + [0] + Array(#""}"#.utf8)),
            ("UTF-16", #"{"scene":"a"}"#.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
            // gzip of {}
            (
                "gzip",
                [
                    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0xAE, 5, 0, 0x43, 0xBF, 0xA6, 0xA3, 2,
                    0, 0, 0,
                ]
            ),
        ]
        return text.map { ($0.0, Array($0.1.utf8)) } + bytes
    }()

    @Test(arguments: RouteTable.phonePosts)
    func `a body that is no JSON object is 400`(path: String) async throws {
        try await scenery { scenery in
            for (name, body) in Self.notObjects {
                // Under a name that the call knows, or it would be refused for that.
                let known = Self.good(path, scenery).keys.min() ?? ""
                let body = body.replacing(Array("scene".utf8), with: Array(known.utf8))
                let call = Call("POST", path, scenery.phone.fields, body: body)
                try await refuses(scenery, call, 400, "malformed", "\(path): \(name)")
            }
        }
    }

    /// A good body of each call of a phone.
    private static func good(_ path: String, _ scenery: Scenery) -> [String: String] {
        switch path {
        case "/mp/session": ["js_code": #""code-bob-1""#]
        case "/mp/profile": ["nickName": #""李雷""#]
        case "/mp/phone": ["code": #""number-bob-1""#]
        case "/mp/logins/revoke": ["id": #""AAAAAAAAAAAAAAAA""#]
        case "/mp/scan": ["scene": #""\#(scenery.scene)""#, "launch": "1047"]
        default: ["scene": #""\#(scenery.scene)""#, "nonce": #""\#(scenery.nonce)""#]
        }
    }

    private static func json(_ members: [String: String]) -> String {
        let pairs = members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }
        return "{\(pairs.joined(separator: ","))}"
    }

    @Test(arguments: RouteTable.phonePosts)
    func `a member of a wrong type, or missing, or too long is 400`(path: String) async throws {
        try await scenery { scenery in
            let good = Self.good(path, scenery)
            let wrong = [
                "null", "true", "[]", "{}", #"["a"]"#, #""""#,
                #""\#(String(repeating: "x", count: 300))""#,
            ]
            for name in good.keys.sorted() {
                let isNumber = name == "launch"
                // Without a name, a person has none.
                var values = wrong.filter { $0 != #""""# || name != "nickName" }
                values += [isNumber ? #""1047""# : "1"]
                if isNumber {
                    values += ["1.5", "-1", "10000", "1e99", "1e-3", "9223372036854775808"]
                }
                for value in values {
                    var members = good
                    members[name] = value
                    try await refuses(
                        scenery,
                        Call("POST", path, scenery.phone.fields, json: Self.json(members)),
                        400,
                        "malformed",
                        "\(path) \(name): \(value.prefix(20))"
                    )
                }
                if !isNumber {
                    var members = good
                    members[name] = nil
                    try await refuses(
                        scenery,
                        Call("POST", path, scenery.phone.fields, json: Self.json(members)),
                        400,
                        "malformed",
                        "\(path) without \(name)"
                    )
                }
            }
        }
    }

    @Test(arguments: RouteTable.phonePosts)
    func `an unknown member is 422, whatever its name and value`(path: String) async throws {
        try await scenery { scenery in
            let good = Self.json(Self.good(path, scenery))
            for name in ["x", "", "Scene", "scene ", "__proto__", "员", #"\u0073cenes"#, "a.b"] {
                for value in ["1", "null", #""a""#, #"{"scene":"a"}"#] {
                    let body = String(good.dropLast()) + #","\#(name)":\#(value)}"#
                    try await refuses(
                        scenery,
                        Call("POST", path, scenery.phone.fields, json: body),
                        422,
                        "unknown_member",
                        "\(path) \(name): \(value)"
                    )
                }
            }
        }
    }

    @Test(arguments: RouteTable.phonePosts)
    func `a member that is named twice is 400`(path: String) async throws {
        try await scenery { scenery in
            let good = Self.good(path, scenery)
            for (name, value) in good {
                let body = Self.json(good)
                // Once more in front, once more behind, and once in other letters for the same name.
                let escaped = name.unicodeScalars.map { String(format: "\\u%04x", $0.value) }
                    .joined()
                for twice in [
                    #"{"\#(name)":"other",\#(body.dropFirst())"#,
                    #"\#(body.dropLast()),"\#(name)":\#(value)}"#,
                    #"\#(body.dropLast()),"\#(escaped)":\#(value)}"#,
                ] {
                    try await refuses(
                        scenery,
                        Call("POST", path, scenery.phone.fields, json: twice),
                        400,
                        "malformed",
                        "\(path) \(name)"
                    )
                }
            }
        }
    }

    @Test func `colons and quotes inside a text are no members`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            for scene in [#"a:b"#, #"\":\""#, #"\\"#, #"{\"a\":1}"#, #"\u003a"#, #"[:]"#] {
                let answer = try await phone.call("/mp/scan", #"{"scene":"\#(scene)","launch":1}"#)
                #expect(answer.status == 410, "\(scene)")
            }
        }
    }

    @Test(arguments: RouteTable.phonePosts)
    func `a js_code in the address is 400`(path: String) async throws {
        try await scenery { scenery in
            let good = Self.json(Self.good(path, scenery))
            for query in ["js_code=code-bob-1", "js_code", "a=b&js_code=", "js_code=a&js_code=b"] {
                try await refuses(
                    scenery,
                    Call("POST", "\(path)?\(query)", scenery.phone.fields, json: good),
                    400,
                    "malformed",
                    "\(path)?\(query)"
                )
            }
        }
    }

    // MARK: - Sizes

    @Test(arguments: RouteTable.browserPosts + RouteTable.phonePosts)
    func `a body of more than 8 KiB is 413`(path: String) async throws {
        try await scenery { scenery in
            let fields =
                path.hasPrefix("/mp/")
                ? scenery.phone.fields : scenery.browser.fields + scenery.browser.ownPage
            let large = [UInt8](repeating: UInt8(ascii: " "), count: 8193)
            let call = Call("POST", path, fields, body: large)
            try await refuses(scenery, call, 413, "too_large", path)

            // Without a length, in chunks, it is found out on the way.
            let rows = scenery.stage.everything
            let chunked = fields + [Call.Field("Transfer-Encoding", "chunked")]
            let wire = try await scenery.stage.wire()
            try await wire.send(Call("POST", path, chunked).bytes(to: scenery.stage.host))
            for _ in 0..<9 {
                try await wire.send("400\r\n" + String(repeating: " ", count: 1024) + "\r\n")
            }
            try await wire.send("0\r\n\r\n")
            #expect(try await wire.answer().status == 413)
            #expect(scenery.stage.everything == rows)
            // The connection is still good for another request.
            let next = try await wire.exchange(Call("GET", "/session"), host: scenery.stage.host)
            #expect(next.status == 401)
        }
    }

    @Test func `a body of 8 KiB is read`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let json = #"{"scene":"x"}"#
            let body = json + String(repeating: " ", count: 8192 - json.utf8.count)
            #expect(try await phone.call("/mp/scan", body).status == 410)
        }
    }

    @Test func `a body that breaks off is answered 400 and not acted upon`() async throws {
        try await scenery { scenery in
            let stage = scenery.stage
            let body = Phone.confirmBody(scenery.scene, scenery.nonce)
            let browserPost = scenery.browser.fields + scenery.browser.ownPage
            let cases: [(String, Call, String)] = [
                // The whole JSON, but one byte less than was promised.
                (
                    "a phone's", Call("POST", "/mp/confirm", scenery.phone.fields),
                    "Content-Length: \(body.utf8.count + 1)\r\n\r\n\(body)"
                ),
                (
                    "a browser's", Call("POST", "/attempt/cancel", browserPost),
                    "Content-Length: 10\r\n\r\n"
                ),
                (
                    "chunks", Call("POST", "/mp/confirm", scenery.phone.fields),
                    "Transfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
                ),
            ]
            let rows = stage.everything
            for (name, call, rest) in cases {
                let wire = try await stage.wire()
                let head = String(decoding: call.bytes(to: stage.host).dropLast(2), as: UTF8.self)
                try await wire.send(head + rest)
                try await wire.closeOutput()
                let answer = try await wire.answer()
                #expect(answer.status == 400, "\(name)")
                #expect(answer.error == "malformed", "\(name)")
                #expect(stage.everything == rows, "\(name)")
            }
            // Chunks that are none.
            let wire = try await stage.wire()
            let call = Call("POST", "/mp/confirm", scenery.phone.fields)
            let head = String(decoding: call.bytes(to: stage.host).dropLast(2), as: UTF8.self)
            try await wire.send(
                head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\(body)\r\n0\r\n\r\n"
            )
            #expect(try await wire.answer().status == 400)
            #expect(stage.everything == rows)
        }
    }

    // MARK: - Browsers

    @Test(arguments: [
        "?wait=soon", "?wait=", "?wait=1.5", "?wait=-1", "?wait=1e3", "?wait=99999999999999999999",
        "?wait=%31%32x", "?after=x", "?after=-1", "?after=&wait=0", "?wait=0x10", "?wait=%00",
        "?wait=１",
    ])
    func `a wait or an after that is no number is 400`(query: String) async throws {
        try await scenery { scenery in
            try await refuses(
                scenery,
                Call("GET", "/attempt" + query, scenery.browser.fields),
                400,
                "malformed",
                query
            )
        }
    }

    /// Cookie headers that hold no attempt and no session of ours.
    private static let badCookies = [
        "", ";", "=", "; ; ;", "__Host-sl_attempt", "__Host-sl_attempt=", "=__Host-sl_attempt",
        "__Host-sl_attempt=short; __Host-sl_session=short",
        "__Host-sl_attempt=\(String(repeating: "A", count: 44))",
        "__Host-sl_attempt=\(String(repeating: "!", count: 43))",
        "__Host-sl_attempt=\(String(repeating: "A", count: 43))",
        "__Host-sl_attempt=\"\(String(repeating: "A", count: 43))\"",
        "__Host-sl_attempt=%41\(String(repeating: "A", count: 40))",
        "__HOST-SL_ATTEMPT=\(String(repeating: "A", count: 43))",
        "__Host-sl_attempt = \(String(repeating: "A", count: 43))",
        "__Host-sl_attempt=员工; __Host-sl_session=é",
        String(repeating: "a=b; ", count: 1000),
    ]

    @Test(arguments: badCookies)
    func `a cookie that is not ours is nobody's`(cookie: String) async throws {
        try await scenery { scenery in
            let browser = Browser(scenery.stage)
            let field = [Call.Field("Cookie", cookie)]
            let own = browser.ownPage + field
            for (call, status, error) in [
                (Call("GET", "/attempt", field), 403, "no_attempt"),
                (Call("GET", "/attempt/events", field), 403, "no_attempt"),
                (Call("POST", "/attempt/complete", own, body: []), 403, "no_attempt"),
                (Call("POST", "/attempt/cancel", own, body: []), 403, "no_attempt"),
                (Call("GET", "/session", field), 401, "no_session"),
            ] {
                try await refuses(scenery, call, status, error, "\(call.method) \(call.target)")
            }
            let rows = scenery.stage.everything
            for path in ["/", "/login"] {
                #expect(try await scenery.stage.send(Call("GET", path, field)).status == 200)
            }
            let out = Call("POST", "/session/logout", own, body: [])
            #expect(try await scenery.stage.send(out).status == 200)
            #expect(scenery.stage.everything == rows)
        }
    }

    @Test func `of two cookies of one name the first counts`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let value = try #require(browser.cookies["__Host-sl_attempt"])
            let other = String(repeating: "A", count: 43)
            let name = "__Host-sl_attempt"
            let first = Call(
                "GET",
                "/attempt",
                [Call.Field("Cookie", "\(name)=\(value); \(name)=\(other)")]
            )
            #expect(try await stage.send(first).status == 200)
            let second = Call(
                "GET",
                "/attempt",
                [Call.Field("Cookie", "\(name)=\(other); \(name)=\(value)")]
            )
            #expect(try await stage.send(second).status == 403)
        }
    }

    @Test(arguments: RouteTable.browserPosts)
    func `a browser's body is not looked at, only measured`(path: String) async throws {
        for body in [
            "", "{}", "null", #"{"scene":"x","user":{"userid":"u_x"}}"#, "a=b", "\u{0}\u{1}",
            String(repeating: "[", count: 4000),
        ] {
            try await EdgeStage.with { stage in
                let phone = try await stage.phone("alice")
                let browser = try await stage.confirmedBrowser(by: phone)
                let answer = try await browser.post(path, body: Array(body.utf8))
                #expect(answer.status == 200)
            }
        }
    }

    // MARK: - Addresses

    @Test(arguments: [
        "//", "///", "/%", "/%zz", "/%00", "/%2e%2e/attempt", "/attempt/../session", "/./login",
        "/login%2F", "/%6Cogin", "/login;x=1", "/员", "/\u{7f}", "/?%zz=%", "/login?lang=%FF",
        "/login?lang=\(String(repeating: "x", count: 8000))", "*", "/attempt?wait=%",
        "http://evil.example/attempt", "http://login.example", "login.example:443", "?", "/?",
        "/#fragment", "/attempt/events/", "/attempt/", "/attempt//events", "\\", "/\\..\\",
    ])
    func `no address is a 500, and none without our headers moves a row`(
        target: String
    )
        async throws
    {
        try await scenery { scenery in
            let rows = scenery.stage.everything
            let asked = scenery.stage.wechat.calls.count
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
                let wire = try await scenery.stage.wire()
                let call = Call(method, target, body: method == "POST" ? [0xFF, 0x00] : nil)
                let answer = try await wire.exchange(call, host: scenery.stage.host)
                let place = "\(method) \(target)"
                #expect([200, 400, 401, 403, 404, 405, 422].contains(answer.status), "\(place)")
                #expect(!answer.text.contains("evil"), "\(place)")
                await wire.close()
            }
            #expect(scenery.stage.everything == rows)
            #expect(scenery.stage.wechat.calls.count == asked)
        }
    }
}
