import Foundation
import HTTPTypes
import Testing

@testable import FakePhone

struct RedactionTests {
    @Test(
        arguments: [
            (
                HTTPField(name: .authorization, value: "Bearer abcdefghijkl"),
                "Authorization: Bearer abcd… (12)"
            ),
            (
                HTTPField(name: .cookie, value: "a=abcdefghijkl; b=short"),
                "Cookie: a=abcd… (12); b=…"
            ),
            (
                HTTPField(name: .setCookie, value: "a=abcdefghijkl; Path=/; HttpOnly; Max-Age=5"),
                "Set-Cookie: a=abcd… (12); Path=/; HttpOnly; Max-Age=5"
            ),
            (HTTPField(name: .retryAfter, value: "5"), "Retry-After: 5"),
        ])
    func `fields lose their secrets`(_ field: HTTPField, _ line: String) {
        #expect(Redaction().field(field) == line)
    }

    @Test(arguments: ["mini_openid", "openId", "clientid", "session_id", "refresh_token", "code"])
    func `members that are secrets under another name are shortened`(_ name: String) {
        let body = #"{"\#(name)":"abcdefghijkl","expires_in":9}"#
        #expect(
            Redaction().body(Array(body.utf8)) == #"{"\#(name)":"abcd… (12)","expires_in":9}"#
                || Redaction().body(Array(body.utf8))
                    == #"{"expires_in":9,"\#(name)":"abcd… (12)"}"#
        )
        #expect(
            Redaction().body(Array("\(name)=abcdefghijkl&a=b".utf8)) == "\(name)=abcd… (12)&a=b"
        )
    }

    @Test func `a field of another name loses its secret too`() throws {
        let name = try #require(HTTPField.Name("X-Auth-Token"))
        let field = HTTPField(name: name, value: "abcdefghijkl")
        #expect(Redaction().field(field) == "X-Auth-Token: abcd… (12)")
    }

    @Test func `what a design keeps its secrets in is known from its adapter`() throws {
        let adapter = try Adapter(
            yaml: Adapter.scanLoginText
                .replacingOccurrences(
                    of: "json: { scene: \"{scene}\", nonce",
                    with: "json: { ref: \"{scene}\", nonce"
                )
                .replacingOccurrences(
                    of: "take: { bearer: data.token,",
                    with: "take: { bearer: data.key,"
                ),
            file: "a.yaml"
        )
        let redaction = Redaction(secrets: adapter.secretNames)
        let body = #"{"key":"abcdefghijkl","nickName":"abcdefghijkl","ref":"abcdefghijkl"}"#
        #expect(
            redaction.body(Array(body.utf8))
                == #"{"key":"abcd… (12)","nickName":"abcdefghijkl","ref":"abcd… (12)"}"#
        )
        #expect(Redaction().body(Array(body.utf8)) == body)
    }

    @Test func `bodies lose their secrets and keep their names`() {
        let body = #"{"js_code":"abcdefghijkl","data":{"token":"xyzxyzxyzxyz","expires_in":900}}"#
        #expect(
            Redaction().body(Array(body.utf8))
                == #"{"data":{"expires_in":900,"token":"xyzx… (12)"},"js_code":"abcd… (12)"}"#
        )
    }

    @Test func `a long value keeps its beginning`() {
        let body = #"{"image":"\#(String(repeating: "x", count: 500))"}"#
        #expect(
            Redaction().body(Array(body.utf8))
                == #"{"image":"\#(String(repeating: "x", count: 24))… (500 characters)"}"#
        )
    }

    @Test func `bytes that are no text are counted`() {
        #expect(Redaction().body([0xFF, 0xFE, 0x00]) == "3 bytes")
        #expect(Redaction().body([]) == nil)
        #expect(Redaction().body(Array("<h1>\nno</h1>".utf8)) == "<h1> no</h1>")
    }

    @Test func `a scene in a query is shortened, and a call of the mock is not`() {
        #expect(
            Redaction().path("/ws?scene=H7TLO4JoBFkNOhm6eIP8moHH&a=1")
                == "/ws?scene=H7TL… (24)&a=1"
        )
        for path in [
            "/attempt", "/attempt?after=1&wait=25", "/_mock/journal?endpoint=/wxa/getwxacode",
        ] {
            #expect(Redaction().path(path) == path)
        }
        #expect(Redaction().path("/ws?clientid=scene-176412") == "/ws?clientid=scen… (12)")
        #expect(
            Redaction().path("/code/H7TLO4JoBFkNOhm6eIP8moHH/state") == "/code/H7TL… (24)/state"
        )
        #expect(Redaction().path("/miniapp/getwxacodeunlimit") == "/miniapp/getwxacodeunlimit")
    }
}
