import HTTPTypes
import Hummingbird
import LoginStore
import TestSupport
import Testing

@testable import LoginServer

/// The headers of every kind of answer, of every route, whatever its status.
@Suite struct HeaderTests {
    /// The header fields that a kind of answer has, and no other, on an https origin.
    ///
    /// What depends on the request (`Content-Length`, cookies, `Allow`, `Retry-After`) is left out.
    enum Kind {
        case page
        case data
        case stream
        case asset
        case redirect

        var fields: [String: String] {
            switch self {
            case .page:
                [
                    "Content-Security-Policy":
                        "default-src 'none'; script-src 'self'; style-src 'self'; "
                        + "img-src 'self' data:; connect-src 'self' wss://login.example; "
                        + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
                        + "object-src 'none'; require-trusted-types-for 'script'; "
                        + "trusted-types 'none'; upgrade-insecure-requests",
                    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
                    "X-Content-Type-Options": "nosniff",
                    "X-Frame-Options": "DENY",
                    "Referrer-Policy": "no-referrer",
                    "Cross-Origin-Opener-Policy": "same-origin",
                    "Cross-Origin-Resource-Policy": "same-origin",
                    "Cross-Origin-Embedder-Policy": "require-corp",
                    "Permissions-Policy":
                        "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
                        + "gyroscope=(), hid=(), microphone=(), midi=(), payment=(), serial=(), "
                        + "usb=()",
                    "Cache-Control": "no-store",
                    "Content-Type": "text/html; charset=utf-8",
                    "X-Robots-Tag": "noindex, nofollow",
                    "X-DNS-Prefetch-Control": "off",
                    "Vary": "Accept-Language",
                    "Content-Language": "zh-CN",
                ]
            case .data:
                [
                    "Content-Type": "application/json; charset=utf-8",
                    "Cache-Control": "no-store",
                    "X-Content-Type-Options": "nosniff",
                    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
                    "Cross-Origin-Resource-Policy": "same-origin",
                    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
                ]
            case .stream:
                Kind.data.fields.merging(
                    [
                        "Content-Type": "text/event-stream; charset=utf-8",
                        // NIO writes this one itself.
                        "transfer-encoding": "chunked",
                    ]
                ) { $1 }
            case .asset:
                [
                    "Cache-Control": "public, max-age=31536000, immutable",
                    "X-Content-Type-Options": "nosniff",
                    "Cross-Origin-Resource-Policy": "same-origin",
                    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
                ]
            case .redirect:
                [
                    "Cache-Control": "no-store",
                    "X-Content-Type-Options": "nosniff",
                    "Referrer-Policy": "no-referrer",
                    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
                ]
            }
        }
    }

    /// Compares all fields of an answer with its kind's and those the test knows of besides.
    private func expect(
        _ answer: Answer,
        _ status: Int,
        _ kind: Kind,
        and more: [String: String] = [:],
        hasDate: Bool = true,
        _ place: String
    ) {
        #expect(answer.status == status, "\(place)")
        var wanted = kind.fields.merging(more) { $1 }
        if kind != .stream { wanted["Content-Length"] = answer["Content-Length"] ?? "missing" }
        if hasDate { wanted["Date"] = answer["Date"] ?? "missing" }
        var found: [String: String] = [:]
        for field in answer.fields {
            // Two cookies are two fields; nothing else comes twice.
            if found[field.name] != nil { #expect(field.name == "Set-Cookie", "\(place)") }
            found[field.name] = field.value
        }
        if found["Set-Cookie"] != nil { wanted["Set-Cookie"] = found["Set-Cookie"] }
        #expect(found == wanted, "\(place)")
        if wanted["Content-Length"] != nil, answer.status != 101, !answer.body.isEmpty {
            #expect(answer["Content-Length"] == "\(answer.body.count)", "\(place)")
        }
    }

    @Test func `pages have the headers of pages`() async throws {
        try await EdgeStage.with { stage in
            let guest = Browser(stage)
            for path in ["/", "/login", "/?lang=zh", "/login?x=1"] {
                expect(try await guest.get(path), 200, .page, path)
                let head = try await stage.send(Call("HEAD", path))
                expect(head, 200, .page, "HEAD \(path)")
            }
            let english = ["Content-Language": "en"]
            expect(try await guest.get("/login?lang=en"), 200, .page, and: english, "en")

            let user = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            _ = try await user.complete()
            expect(try await user.get("/"), 200, .page, "logged in")
            expect(try await user.get("/login"), 303, .redirect, and: ["Location": "/"], "to /")
        }
    }

    @Test func `assets have the headers of assets and the right types`() async throws {
        try await EdgeStage.with { stage in
            let types = ["js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"]
            let assets = RouteTable.paths.filter { $0.hasPrefix("/assets/") }
            #expect(assets.count == 4)
            for path in assets {
                let type = try #require(types[String(path.split(separator: ".").last ?? "")])
                let answer = try await stage.send(Call("GET", path))
                let full = type == "image/svg+xml" ? type : "\(type); charset=utf-8"
                expect(answer, 200, .asset, and: ["Content-Type": full], path)
            }
        }
    }

    @Test func `what is published answers HEAD as GET, without the bytes`() async throws {
        try await EdgeStage.with { stage in
            _ = try await Website.register(on: stage)
            let assets = RouteTable.paths.filter { $0.hasPrefix("/assets/") }
            for path in assets + [
                "/.well-known/openid-configuration", "/jwks.json", "/scan-login.js",
            ] {
                let full = try await stage.send(Call("GET", path))
                let head = try await stage.send(Call("HEAD", path))
                #expect(full.status == 200)
                #expect(head.status == 200)
                #expect(!full.body.isEmpty && head.body.isEmpty)
                #expect(full["Content-Length"] == "\(full.body.count)")
                #expect(
                    head.fields.filter { $0.name != "Date" }
                        == full.fields.filter { $0.name != "Date" },
                    "\(path)"
                )
            }
        }
    }

    @Test func `every JSON answer of a login has the headers of data`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let opened = try await browser.post("/attempt")
            expect(opened, 200, .data, "POST /attempt")
            let scene = try stage.scene(in: opened)
            expect(try await browser.get("/attempt"), 200, .data, "GET /attempt")
            expect(try await browser.get("/session"), 401, .data, "GET /session")
            let login = try await stage.send(
                Call("POST", "/mp/session", json: #"{"js_code":"code-alice-1"}"#)
            )
            expect(login, 200, .data, "POST /mp/session")
            let phone = try await stage.phone("alice", run: 2)
            let scan = try await phone.scan(scene)
            expect(scan, 200, .data, "POST /mp/scan")
            let nonce = try #require(scan.text("data.nonce"))
            expect(try await phone.confirm(scene, nonce), 409, .data, "too fast")
            expect(try await browser.complete(), 409, .data, "not confirmed")
            stage.time.advance(by: .seconds(1))
            expect(try await phone.confirm(scene, nonce), 200, .data, "POST /mp/confirm")
            expect(try await browser.complete(), 200, .data, "POST /attempt/complete")
            expect(try await browser.get("/session"), 200, .data, "GET /session")
            let clear = ["Clear-Site-Data": #""cache", "storage""#]
            let out = try await browser.post("/session/logout")
            expect(out, 200, .data, and: clear, "POST /session/logout")
            let second = try await browser.open()
            let secondNonce = try await phone.nonce(of: second)
            expect(try await phone.cancel(second, secondNonce), 200, .data, "POST /mp/cancel")
            _ = try await browser.open()
            expect(try await browser.post("/attempt/cancel"), 200, .data, "POST /attempt/cancel")
        }
    }

    @Test func `every error of a program's call has the headers of data`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let phone = try await stage.phone("alice")
            _ = try await browser.open()
            expect(try await browser.get("/attempt?wait=x"), 400, .data, "400")
            expect(try await phone.scan(""), 400, .data, "400")
            expect(try await stage.send(Call("POST", "/mp/scan", json: "{}")), 400, .data, "400")
            let nobody = Call("POST", "/mp/scan", json: #"{"scene":"x"}"#)
            expect(try await stage.send(nobody), 401, .data, "401")
            expect(try await stage.send(Call("POST", "/attempt", body: [])), 403, .data, "403 csrf")
            expect(try await Browser(stage).get("/attempt"), 403, .data, "403 no_attempt")
            let events = try await Browser(stage).get("/attempt/events")
            expect(events, 403, .data, "403 events")
            expect(try await phone.scan("dead"), 410, .data, "410")
            let large = [UInt8](repeating: 0x20, count: 8193)
            let tooLarge = try await stage.send(Call("POST", "/mp/scan", body: large))
            expect(tooLarge, 413, .data, "413")
            let unknown = try await phone.call("/mp/scan", #"{"x":1}"#)
            expect(unknown, 422, .data, "422")
            for _ in 0..<9 { _ = try await phone.scan("dead") }
            let limited = try await phone.scan("dead")
            expect(limited, 429, .data, and: ["Retry-After": "600"], "429")
            stage.wechat.always(ScriptedWeChat.sessionPath, .status(500, "no"))
            let down = try await stage.send(
                Call("POST", "/mp/session", json: #"{"js_code":"code-bob-1"}"#)
            )
            expect(down, 503, .data, and: ["Retry-After": "2"], "503")
        }
    }

    @Test func `a failing store has headers too, in JSON and in a page`() async throws {
        let rows = MemoryLoginStore()
        let store = BentStore(rows)
        try await EdgeStage.with {
            $0.rows = rows
            $0.store = { _ in store }
        } _: { stage in
            let browser = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            _ = try await browser.complete()
            store.isBroken = true
            let retry = ["Retry-After": "2"]
            expect(try await browser.get("/session"), 503, .data, and: retry, "/session")
            expect(try await browser.get("/"), 503, .page, and: retry, "/")
            store.isBroken = false
            expect(try await browser.get("/"), 200, .page, "/")
        }
    }

    @Test(arguments: RouteTable.paths)
    func `a method a path does not take is 405 and says which it takes`(path: String) async throws {
        try await EdgeStage.with { stage in
            let allowed = RouteTable.allowed(path)
            let known = allowed.split(separator: ", ").map(String.init)
            let isProgram = RouteTable.Route(method: "GET", path: path).isForPrograms
            let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
            for method in methods + ["PROPFIND", "PURGE"] where !known.contains(method) {
                let answer = try await stage.send(Call(method, path))
                let isLook = method == "GET" || method == "HEAD"
                let pragma = path == "/token" ? ["Pragma": "no-cache"] : [:]
                expect(
                    answer,
                    405,
                    isLook && !isProgram ? .page : .data,
                    and: pragma.merging(["Allow": allowed]) { $1 },
                    "\(method) \(path)"
                )
            }
        }
    }

    @Test func `a path that is not there is 404`() async throws {
        try await EdgeStage.with { stage in
            for path in [
                "/nothing", "/admin", "/metrics", "/debug", "/.git/config", "/assets/",
                "/assets/login.js", "/publish", "/websocket", "/favicon.ico", "/robots.txt",
            ] {
                expect(try await stage.send(Call("GET", path)), 404, .page, path)
                expect(try await stage.send(Call("HEAD", path)), 404, .page, "HEAD \(path)")
                expect(try await stage.send(Call("POST", path, body: [])), 404, .data, path)
            }
            for path in ["/attempt/nothing", "/session/nothing", "/mp", "/mp/", "/mp/users"] {
                expect(try await stage.send(Call("GET", path)), 404, .data, path)
                expect(try await stage.send(Call("POST", path, body: [])), 404, .data, path)
            }
        }
    }

    @Test func `only what is known for an asset is kept for ever`() {
        let script: HTTPFields = [.contentType: "text/javascript; charset=utf-8"]
        #expect(Response(status: .ok, headers: script).kind == .asset)
        for status in [HTTPResponse.Status.badRequest, .notFound, .noContent, .partialContent] {
            #expect(Response(status: status, headers: script).kind == .data, "\(status)")
            #expect(Response(status: status).kind == .data, "\(status)")
        }
    }

    @Test func `an event stream has the headers of data`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let stream = try await browser.stream()
            expect(stream.head, 200, .stream, "stream")
        }
    }

    @Test func `the upgrade carries what RFC 6455 asks for and nothing more`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let wire = try await stage.wire()
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let answer = try await wire.exchange(
                Call("GET", "/attempt/events", fields),
                host: stage.host
            )
            #expect(answer.status == 101)
            #expect(
                Set(answer.fields.map { $0.name.lowercased() })
                    == ["connection", "upgrade", "sec-websocket-accept"]
            )
        }
    }

    @Test func `what is refused before a request is read has the headers of data`() async throws {
        try await EdgeStage.with { stage in
            let long = String(repeating: "x", count: 9000)
            let cases: [(String, Int)] = [
                ("GET /\(long) HTTP/1.1\r\nHost: login.example\r\n\r\n", 414),
                ("GET / HTTP/1.1\r\nHost: login.example\r\nX: \(long)\r\n\r\n", 431),
                ("HELLO\r\n\r\n", 400),
            ]
            for (bytes, status) in cases {
                let wire = try await stage.wire()
                try await wire.send(bytes)
                let answer = try await wire.answer()
                // Nobody has stamped a date on it: the clock is further in.
                expect(
                    answer,
                    status,
                    .data,
                    and: ["Connection": "close"],
                    hasDate: false,
                    "\(status)"
                )
                #expect(try await wire.end() == [])
            }
        }
    }

    // MARK: - Host

    @Test(arguments: [
        "evil.example", "login.example:443", "login.example.", "LOGIN.example",
        "login.example.evil",
        "127.0.0.1", "", "www.login.example", "login.example, evil.example", "login.example/",
    ])
    func `a host that is not ours is 421 and told where we are`(host: String) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let before = stage.everything
            for route in RouteTable.all {
                let own = browser.fields + browser.ownPage
                let body: [UInt8]? = route.method == "POST" ? [] : nil
                let answer = try await stage.send(
                    Call(route.method, route.path, own, body: body, host: host)
                )
                let isForm = ["/authorize", "/end_session"].contains(route.path)
                let isPage = (route.method != "POST" || isForm) && !route.isForPrograms
                let pragma = route.path == "/token" ? ["Pragma": "no-cache"] : [:]
                let place = "\(route.method) \(route.path)"
                expect(answer, 421, isPage ? .page : .data, and: pragma, place)
                if route.method != "HEAD" { #expect(answer.text.contains("https://login.example")) }
                if host.contains("evil") { #expect(!answer.text.contains("evil")) }
            }
            // Before the upgrade too.
            let wire = try await stage.wire()
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let socket = try await wire.exchange(
                Call("GET", "/attempt/events", fields, host: host),
                host: stage.host
            )
            #expect(socket.status == 421)
            #expect(stage.everything == before)
        }
    }

    @Test func `two hosts are 400, whichever comes first, and none is 421`() async throws {
        try await EdgeStage.with { stage in
            let cases: [(String, Int)] = [
                ("Host: login.example\r\nHost: evil.example\r\n", 400),
                ("Host: login.example\r\nHost: login.example\r\n", 400),
                ("Host: evil.example\r\nHost: login.example\r\n", 421),
                ("", 421),
            ]
            for (hosts, status) in cases {
                let wire = try await stage.wire()
                try await wire.send("GET /session HTTP/1.1\r\n\(hosts)\r\n")
                #expect(try await wire.answer().status == status, "\(hosts)")
            }
        }
    }

    @Test func `no header that a proxy might set changes what is said`() async throws {
        try await EdgeStage.with { stage in
            let plain = try await stage.send(Call("GET", "/login"))
            for name in [
                "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL",
                "X-Rewrite-URL", "X-Forwarded-Server",
            ] {
                let answer = try await stage.send(
                    Call("GET", "/login", [Call.Field(name, "evil.example")])
                )
                #expect(answer.body == plain.body)
                #expect(answer.lines == plain.lines)
            }
            let absolute = try await stage.send(Call("GET", "http://evil.example/login"))
            #expect(absolute.body == plain.body)
            #expect(absolute.lines == plain.lines)
        }
    }

    // MARK: - On plain http

    @Test func `on http loopback a page asks for nothing encrypted`() async throws {
        try await EdgeStage.with {
            $0.origin = "http://127.0.0.1:8080"
        } _: { stage in
            let page = try await stage.send(Call("GET", "/login"))
            let policy = try #require(page["Content-Security-Policy"])
            #expect(policy.contains("connect-src 'self' ws://127.0.0.1:8080;"))
            #expect(!policy.contains("upgrade-insecure-requests"))
            for answer in [
                page, try await stage.send(Call("GET", "/session")),
                try await Browser(stage).post("/session/logout"),
            ] {
                #expect(answer["Strict-Transport-Security"] == nil)
                #expect(answer["Clear-Site-Data"] == nil)
            }
        }
    }
}
