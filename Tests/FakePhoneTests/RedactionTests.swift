import FakePhone
import HTTPTypes
import Testing

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
        #expect(Redaction.field(field) == line)
    }

    @Test func `bodies lose their secrets and keep their names`() {
        let body = #"{"js_code":"abcdefghijkl","data":{"token":"xyzxyzxyzxyz","expires_in":900}}"#
        #expect(
            Redaction.body(Array(body.utf8))
                == #"{"data":{"expires_in":900,"token":"xyzx… (12)"},"js_code":"abcd… (12)"}"#
        )
    }

    @Test func `a long value keeps its beginning`() {
        let body = #"{"image":"\#(String(repeating: "x", count: 500))"}"#
        #expect(
            Redaction.body(Array(body.utf8))
                == #"{"image":"\#(String(repeating: "x", count: 24))… (500 characters)"}"#
        )
    }

    @Test func `bytes that are no text are counted`() {
        #expect(Redaction.body([0xFF, 0xFE, 0x00]) == "3 bytes")
        #expect(Redaction.body([]) == nil)
        #expect(Redaction.body(Array("<h1>\nno</h1>".utf8)) == "<h1> no</h1>")
    }

    @Test func `a scene in a query is shortened, and a call of the mock is not`() {
        #expect(
            Redaction.path("/ws?scene=H7TLO4JoBFkNOhm6eIP8moHH&a=1") == "/ws?scene=H7TL… (24)&a=1"
        )
        for path in [
            "/attempt", "/attempt?after=1&wait=25", "/_mock/journal?endpoint=/wxa/getwxacode",
        ] {
            #expect(Redaction.path(path) == path)
        }
    }
}
