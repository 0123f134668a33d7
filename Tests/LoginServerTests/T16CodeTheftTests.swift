import Foundation
import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// A code in the wrong hands.
@Suite(.timeLimit(.minutes(10))) struct T16CodeTheftTests {
    private func withTwo(
        _ body: (EdgeStage, Website, Website, Website.Callback) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage)
            let thief = try await Website.register(on: stage) {
                $0.id = "thief"
                $0.secret = "another-secret-0123456789abcdef0123"
                $0.callbacks = ["https://thief.example/cb"]
            }
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            try await body(stage, shop, thief, back)
        }
    }

    @Test func `T16 another website's proof opens nothing, and burns the code`() async throws {
        try await withTwo { stage, shop, thief, back async throws in
            // Everything right but who it is.
            let stolen = try await thief.redeem(back.code, by: nil, ["redirect_uri": shop.callback])
            #expect(stolen.status == 400)
            #expect(stolen.error == "invalid_grant")
            #expect(stolen.names("") == ["error", "error_description"])
            let own = try await shop.redeem(back.code)
            #expect(own.status == 400)
            #expect(own.error == "invalid_grant")
            // Whoever keeps watch learns of it.
            await stage.service.writeAudit()
            #expect(stage.rows.audit.contains { $0.what == .codeRefused })
        }
    }

    @Test(arguments: ["https://shop.example/CB", "https://thief.example/cb", ""])
    func `T16 a code goes with the address it was sent to`(address: String) async throws {
        try await withTwo { _, shop, _, back async throws in
            let wrong = try await shop.redeem(back.code, by: nil, ["redirect_uri": address])
            #expect(wrong.status == 400)
            // Without an address the request is none, and nothing is burnt.
            #expect(wrong.error == (address.isEmpty ? "invalid_request" : "invalid_grant"))
            #expect(try await shop.redeem(back.code).status == (address.isEmpty ? 200 : 400))
        }
    }

    @Test func `T16 a public client needs its verifier`() async throws {
        try await EdgeStage.with { stage in
            let app = try await Website.register(on: stage) {
                $0.id = "app"
                $0.secret = nil
            }
            let browser = Browser(stage)
            let back = try await app.logIn(browser, by: try await stage.phone("alice"))
            let without = try await app.redeem(back.code, by: nil, ["code_verifier": nil])
            #expect(without.error == "invalid_grant")
            let again = try app.callback(try await app.send(browser))
            let tokens = try await app.redeem(again.code)
            #expect(tokens.status == 200)
            #expect(tokens.text("id_token") != nil)
        }
    }

    @Test func `T16 who it is, is said in one way`() async throws {
        try await withTwo { stage, shop, thief, back async throws in
            let wrong: [[String: String?]] = [
                ["client_id": thief.id], ["client_secret": shop.secret],
                ["client_id": shop.id, "client_secret": shop.secret],
                ["client_assertion": "e30.e30.", "client_assertion_type": "x"],
            ]
            for changes in wrong {
                let answer = try await shop.redeem(back.code, by: .basic, changes)
                #expect(answer.status == 401, "\(changes)")
                #expect(answer.error == "invalid_client")
                #expect(answer["WWW-Authenticate"] == #"Basic realm="https://login.example""#)
            }
            // Nobody who did not prove to be the website has burnt anything.
            #expect(try await shop.redeem(back.code).status == 200)
        }
    }

    @Test func `T16 no proof, a wrong one, and an unknown name are the same`() async throws {
        try await withTwo { stage, shop, _, back async throws in
            var answers: [Answer] = []
            var stranger = shop
            stranger = Website(
                stage: stage,
                id: "nobody",
                secret: shop.secret,
                callback: shop.callback
            )
            answers.append(try await stranger.redeem(back.code, by: .post))
            let liar = Website(stage: stage, id: "shop", secret: "x", callback: shop.callback)
            answers.append(try await liar.redeem(back.code, by: .post))
            answers.append(try await shop.redeem(back.code, by: .nothing))
            for answer in answers {
                #expect(answer.status == 401)
                #expect(answer.lines == answers[0].lines)
                #expect(answer.text == answers[0].text)
                #expect(answer["WWW-Authenticate"] == nil)
            }
            // A secret in the address is none.
            let form = Website.form([
                ("grant_type", "authorization_code"), ("code", back.code ?? ""),
                ("redirect_uri", shop.callback), ("code_verifier", Website.verifier),
            ])
            let target = "/token?client_id=shop&client_secret=\(shop.secret ?? "")"
            let type = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let answer = try await stage.send(Call("POST", target, [type], body: Array(form.utf8)))
            #expect(answer.status == 401)
            #expect(try await shop.redeem(back.code).status == 200)
        }
    }
}
