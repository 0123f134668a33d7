import TestSupport
import Testing

/// Scenes come from the server alone, and a browser names none.
@Suite struct T02SceneFixationTests {
    static let names = ["scene", "clientid", "id", "attempt", "sceneid", "state"]

    /// Ways to hand a browser's request an id: in the address, in the body, in a header, a cookie.
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case query
        case json
        case form
        case header
        case cookie

        var testDescription: String { rawValue }

        func smuggle(_ id: String, into path: String, of browser: Browser) -> Call {
            let fields = browser.fields + browser.ownPage
            let pairs = T02SceneFixationTests.names.map { "\($0)=\(id)" }
            switch self {
            case .query:
                return Call("POST", "\(path)?\(pairs.joined(separator: "&"))", fields, body: [])
            case .json:
                let members = T02SceneFixationTests.names.map { #""\#($0)":"\#(id)""# }
                return Call("POST", path, fields, json: "{\(members.joined(separator: ","))}")
            case .form:
                let type = Call.Field("Content-Type", "application/x-www-form-urlencoded")
                return Call(
                    "POST",
                    path,
                    fields + [type],
                    body: Array(pairs.joined(separator: "&").utf8)
                )
            case .header:
                let more = T02SceneFixationTests.names.flatMap {
                    [Call.Field($0, id), Call.Field("X-\($0)", id)]
                }
                return Call("POST", path, fields + more, body: [])
            case .cookie:
                let cookie = Call.Field("Cookie", pairs.joined(separator: "; "))
                return Call("POST", path, fields + [cookie], body: [])
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `T2 a new code ignores every id it is handed`(way: Way) async throws {
        try await EdgeStage.with { stage in
            let victim = Browser(stage)
            let taken = try await victim.open()
            let mine = "MYOWNSCENE-0123456789abc"
            for id in [mine, taken] {
                let answer = try await stage.send(
                    way.smuggle(id, into: "/attempt", of: Browser(stage))
                )
                #expect(answer.status == 200)
                let scene = try stage.scene(in: answer)
                #expect(scene != id && scene.utf8.count == 24)
            }
            #expect(try await victim.state() == "created")
            // Nothing of what was handed in went to WeChat as a scene either.
            let asked = stage.wechat.calls(to: ScriptedWeChat.codePath).map(\.body)
            #expect(asked.allSatisfy { !$0.contains(mine) })
            #expect(asked.count { $0.contains(taken) } == 1)
        }
    }

    @Test(arguments: names)
    func `T2 the login page is the same whoever's id stands in its address`(
        name: String
    ) async throws {
        try await EdgeStage.with { stage in
            let other = Browser(stage)
            let scene = try await other.open()
            let before = stage.everything
            let plain = try await stage.send(Call("GET", "/login"))
            let cookie = try #require(other.cookies["__Host-sl_attempt"])
            for id in [scene, cookie] {
                let answer = try await Browser(stage).get("/login?\(name)=\(id)")
                #expect(answer.status == 200)
                #expect(answer.body == plain.body)
                #expect(answer.lines == plain.lines)
                #expect(answer["Set-Cookie"] == nil)
            }
            #expect(stage.everything == before)
        }
    }

    @Test(arguments: names.filter { $0 != "state" })
    func `T2 a website's request brings no id of an attempt along, and begins a new one`(
        name: String
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let other = Browser(stage)
            let taken = try await other.open()
            let browser = Browser(stage)
            let first = try await browser.open()
            for id in ["MYOWNSCENE-0123456789abc", taken] {
                let page = try await shop.send(browser, [name: id])
                #expect(page.status == 200)
                #expect(!page.text.contains(id))
                let scene = try await browser.open()
                #expect(scene != id && scene != first && scene != taken)
            }
            #expect(try await other.state() == "created")
            // What the browser had before is superseded: a phone cannot confirm it any more.
            let phone = try await stage.phone("alice")
            #expect(try await phone.scan(first).status == 410)
            #expect(try await phone.scan(taken).status == 200)
        }
    }

    @Test func `T2 no route takes an id in its path`() {
        #expect(!RouteTable.all.isEmpty)
        // A picture's name opens nothing and is no id of anybody.
        for route in RouteTable.all where route.path != "/avatars/{name}" {
            #expect(!route.path.contains { "{}:*".contains($0) }, "\(route.path)")
        }
        // A new route for browsers has to be looked at with this threat in mind, and added here.
        let looked = [
            "GET /", "HEAD /", "GET /attempt", "POST /attempt", "POST /attempt/cancel",
            "POST /attempt/complete", "GET /attempt/events", "GET /login", "HEAD /login",
            "GET /session", "POST /session/logout", "GET /avatars/{name}", "HEAD /avatars/{name}",
            // Bound to the browser by its cookies alone, too (AuthorizeTests).
            "GET /authorize", "POST /authorize", "GET /authorize/resume", "GET /authorize/cancel",
            "GET /end_session", "POST /end_session",
            // Asked by websites' servers, which no browser's cookie reaches.
            "POST /token", "POST /revoke", "GET /userinfo", "POST /userinfo", "GET /jwks.json",
            "GET /.well-known/openid-configuration", "GET /scan-login.js", "HEAD /jwks.json",
            "HEAD /.well-known/openid-configuration", "HEAD /scan-login.js",
        ]
        let routes = RouteTable.all.filter { !$0.isForPhones && !$0.isAsset }
        #expect(Set(routes.map { "\($0.method) \($0.path)" }) == Set(looked))
    }

    @Test func `T2 a login needs both its halves in one browser`() async throws {
        try await EdgeStage.with { stage in
            let attacker = Browser(stage)
            let planted = try await attacker.open()
            // The victim follows the attacker's link, and confirms what their own page shows.
            let victim = Browser(stage)
            _ = try await victim.get("/login?attempt=\(planted)&scene=\(planted)")
            let shown = try await victim.open()
            #expect(shown != planted)
            let phone = try await stage.phone("victim")
            try await phone.agree(to: shown)

            let claim = try await attacker.complete()
            #expect(claim.status == 409)
            #expect(claim.error == "not_confirmed")
            #expect(claim["Set-Cookie"] == nil)
            for way in Way.allCases {
                let call = way.smuggle(shown, into: "/attempt/complete", of: attacker)
                #expect(try await stage.send(call).status == 409)
            }
            #expect(stage.sessionsCount == 0)
            #expect(try await attacker.state() == "created")
            let login = try await victim.complete()
            #expect(login.text("data.user.userid") == phone.user)
        }
    }

    @Test func `T2 a new code is a new attempt, and the one before it is over`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let first = try await browser.open()
            let before = browser.copy()
            let second = try await browser.open()
            #expect(first != second)
            #expect(browser.cookies != before.cookies)
            #expect(try await before.state() == "superseded")
            let phone = try await stage.phone("alice")
            #expect(try await phone.scan(first).status == 410)
            #expect(try await phone.scan(second).status == 200)
        }
    }
}
