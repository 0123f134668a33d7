import Foundation
import LoginDomain
import TestSupport
import Testing

/// Whoever says who they are, instead of letting WeChat say it.
@Suite struct T07ClaimedIdentityTests {
    /// What the ancestor's mini-program sent to log a browser in.
    private static let publish =
        #"{"clientid":"scene-1767225600000","userid":"u_AAAAAAAAAAAAAAAAAAAA","role":"admin","#
        + #""avatarUrl":"https://thirdwx.qlogo.cn/x","nickName":"Mallory"}"#

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let paths =
        RouteTable.paths + ["/publish", "/PublishMsg", "/websocket", "/push"]

    /// Who sends it: a stranger, or a phone that is logged in.
    private static let guises = ["stranger", "phone"]

    @Test(arguments: paths, guises)
    func `T7 the ancestor's publish call works nowhere`(path: String, guise: String) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("mallory")
            _ = try await phone.nonce(of: scene)
            let body = Self.publish.replacing("scene-1767225600000", with: scene)
            let before = stage.everything
            let asked = stage.wechat.calls.count
            for method in Self.methods {
                let fields = guise == "phone" ? phone.fields : []
                let answer = try await stage.send(Call(method, path, fields, json: body))
                if method == "GET" || method == "HEAD" {
                    // Whoever may look, may look: a body does not matter then.
                    #expect([200, 400, 401, 403, 404, 405].contains(answer.status))
                } else {
                    // 415: a picture is asked for, and JSON is none.
                    #expect([401, 403, 404, 405, 415, 422].contains(answer.status), "\(method)")
                }
                #expect(answer["Set-Cookie"] == nil)
            }
            #expect(stage.everything == before)
            #expect(stage.wechat.calls.count == asked)
            #expect(try await browser.state() == "scanned")
        }
    }

    /// Members and headers by which somebody might claim to be another.
    private static let claims = [
        "openid", "openId", "unionid", "userid", "user_id", "sub", "role", "nickName", "avatarUrl",
        "phone", "is_admin",
    ]
    private static let headers = [
        "X-User-ID", "X-WX-OPENID", "X-WX-UNIONID", "X-Forwarded-User", "X-Role", "From",
    ]

    @Test(arguments: claims)
    func `T7 a phone that adds a claim to its call is refused`(claim: String) async throws {
        try await EdgeStage.with { stage in
            let victim = try await stage.phone("victim")
            let mallory = try await stage.phone("mallory")
            let browser = Browser(stage)
            let scene = try await browser.open()
            let added = #","\#(claim)":"\#(victim.user)"}"#

            func refuses(_ path: String, _ body: String) async throws {
                let before = stage.everything
                let answer = try await mallory.call(path, String(body.dropLast()) + added)
                #expect(answer.status == 422, "\(path)")
                #expect(answer.error == "unknown_member", "\(path)")
                #expect(stage.everything == before, "\(path)")
            }
            try await refuses("/mp/session", #"{"js_code":"code-mallory-2"}"#)
            try await refuses("/mp/scan", #"{"scene":"\#(scene)","launch":1047}"#)
            let nonce = try await mallory.nonce(of: scene)
            stage.time.advance(by: .seconds(1))
            try await refuses("/mp/confirm", Phone.confirmBody(scene, nonce))
            try await refuses("/mp/cancel", Phone.confirmBody(scene, nonce))
            #expect(try await browser.state() == "scanned")
        }
    }

    @Test func `T7 a claim in a header changes nobody`() async throws {
        try await EdgeStage.with { stage in
            let victim = try await stage.phone("victim")
            let fields = Self.headers.map { Call.Field($0, victim.user) }
            let login = try await stage.send(
                Call("POST", "/mp/session", fields, json: #"{"js_code":"code-mallory-1"}"#)
            )
            let bearer = try #require(login.text("data.token"))
            let user = try #require(login.text("data.user.userid"))
            #expect(user != victim.user)
            let mallory = Phone(stage: stage, bearer: bearer, user: user)
            let browser = Browser(stage)
            let scene = try await browser.open()
            let scan = try await mallory.call("/mp/scan", #"{"scene":"\#(scene)"}"#, fields)
            let nonce = try #require(scan.text("data.nonce"))
            stage.time.advance(by: .seconds(1))
            let body = Phone.confirmBody(scene, nonce)
            #expect(try await mallory.call("/mp/confirm", body, fields).status == 200)
            let done = try await browser.post("/attempt/complete", fields)
            #expect(done.text("data.user.userid") == user)
            #expect(done.text("data.user.role") == "user")
        }
    }

    /// Members and headers drawn at random: the user of the login depends on the js_code alone.
    @Test(arguments: (1...25) as ClosedRange<UInt64>)
    func `T7 the user of a login depends on the js_code alone`(seed: UInt64) async throws {
        var dice = SeededDice(seed: seed)
        let people = ["alice", "bob", "carol"]
        let names = Self.claims + ["scene", "nonce", "launch", "number", "js_code", "token", "x"]
        func member(known: [String]) -> String {
            let name = names.filter { !known.contains($0) }.randomElement(using: &dice) ?? "x"
            let values = [
                #""admin""#, "1", "null", "true", "[]", "{}", #""u_AAAAAAAAAAAAAAAAAAAA""#,
            ]
            return #","\#(name)":\#(values.randomElement(using: &dice) ?? "1")}"#
        }
        let person = people.randomElement(using: &dice) ?? "alice"
        let fields = Self.headers.filter { _ in Bool.random(using: &dice) }
            .map { Call.Field($0, people.randomElement(using: &dice) ?? "") }
        let extras = [
            member(known: ["js_code"]), member(known: ["scene", "launch"]),
            member(known: ["scene", "nonce", "number"]),
        ]
        try await EdgeStage.with { stage in
            var users: [String: String] = [:]
            for person in people { users[person] = try await stage.phone(person).user }
            let browser = Browser(stage)
            let scene = try await browser.open()

            /// Sends a call first with one more member, and then as it should be.
            func call(
                _ path: String,
                _ body: String,
                _ extra: String,
                _ more: [Call.Field]
            )
                async throws -> Answer
            {
                let added = String(body.dropLast()) + extra
                let refused = try await stage.send(
                    Call("POST", path, more + fields, json: added)
                )
                #expect(refused.status == 422)
                return try await stage.send(Call("POST", path, more + fields, json: body))
            }
            let login = try await call(
                "/mp/session",
                #"{"js_code":"code-\#(person)-9"}"#,
                extras[0],
                []
            )
            let bearer = Call.Field("Authorization", "Bearer \(login.text("data.token") ?? "")")
            let scan = try await call("/mp/scan", #"{"scene":"\#(scene)"}"#, extras[1], [bearer])
            let nonce = try #require(scan.text("data.nonce"))
            stage.time.advance(by: .seconds(1))
            let body = Phone.confirmBody(scene, nonce)
            #expect(try await call("/mp/confirm", body, extras[2], [bearer]).status == 200)
            let done = try await browser.complete()
            #expect(done.text("data.user.userid") == users[person])
        }
    }

    @Test func `T7 a phone without a bearer of ours is nobody`() async throws {
        try await EdgeStage.with { stage in
            let scene = try await Browser(stage).open()
            let phone = try await stage.phone("alice")
            let unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            let bearers: [[Call.Field]] = [
                [], [Call.Field("Authorization", "Bearer \(unknown)")],
                [Call.Field("Authorization", "Bearer ")], [Call.Field("Authorization", "Bearer")],
                [Call.Field("Authorization", "Basic \(phone.bearer)")],
                [Call.Field("Authorization", phone.bearer)],
                [Call.Field("Authorization", "Bearer \(phone.bearer)x")],
                [Call.Field("Cookie", "__Host-sl_session=\(phone.bearer)")],
                phone.fields + [Call.Field("Authorization", "Bearer \(unknown)")],
            ]
            let before = stage.everything
            for fields in bearers {
                for path in RouteTable.phonePosts where path != "/mp/session" {
                    let body =
                        switch path {
                        case "/mp/scan": #"{"scene":"\#(scene)"}"#
                        case "/mp/profile": #"{"nickName":"Eve"}"#
                        case "/mp/logins/revoke": #"{"id":"AAAAAAAAAAAAAAAA"}"#
                        default: Phone.confirmBody(scene, "x")
                        }
                    let answer = try await stage.send(Call("POST", path, fields, json: body))
                    #expect(answer.status == 401, "\(path) \(fields)")
                    #expect(answer.error == "no_phone_session")
                }
            }
            for fields in bearers {
                let picture = Phone.multipart(Phone.png)
                for call in [
                    Call("GET", "/mp/logins", fields),
                    Call("POST", "/mp/avatar", fields + [picture.0], body: picture.1),
                ] {
                    let answer = try await stage.send(call)
                    #expect(answer.status == 401, "\(call.target) \(fields)")
                    #expect(answer.error == "no_phone_session")
                }
            }
            #expect(stage.everything == before)
            // After its fifteen minutes a phone is nobody again.
            stage.time.advance(by: .seconds(899))
            #expect(try await phone.scan("x").status == 410)
            stage.time.advance(by: .seconds(1))
            #expect(try await phone.scan("x").status == 401)
        }
    }
}
