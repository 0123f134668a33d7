import FakePhone
import Testing

struct CookieJarTests {
    private func jar(_ setCookies: String...) -> CookieJar {
        var jar = CookieJar()
        for value in setCookies { jar.store(value) }
        return jar
    }

    @Test func `a cookie comes back with its name and value`() {
        let jar = jar("__Host-sl_attempt=abc=; Path=/; Secure; HttpOnly; SameSite=Lax")
        #expect(jar.header(path: "/attempt", isSecure: true) == "__Host-sl_attempt=abc=")
    }

    @Test func `a plain name works like any other`() {
        #expect(jar("sl_attempt=x; Path=/").header(path: "/", isSecure: false) == "sl_attempt=x")
    }

    @Test func `a second value replaces the first in its place`() {
        let jar = jar("a=1; Path=/", "b=2; Path=/", "a=3; Path=/")
        #expect(jar.header(path: "/", isSecure: false) == "a=3; b=2")
    }

    @Test func `Max-Age of 0 deletes`() {
        #expect(jar("a=1; Path=/", "a=; Path=/; Max-Age=0").cookies.isEmpty)
        #expect(jar("a=1; Path=/", "a=; Path=/; max-age=-5").cookies.isEmpty)
        #expect(jar("a=1; Path=/; Max-Age=60").cookies.count == 1)
    }

    @Test func `a path keeps a cookie to its folder`() {
        let jar = jar("a=1; Path=/mp", "b=2; Path=/")
        #expect(jar.header(path: "/mp", isSecure: false) == "a=1; b=2")
        #expect(jar.header(path: "/mp/scan", isSecure: false) == "a=1; b=2")
        #expect(jar.header(path: "/mpx", isSecure: false) == "b=2")
    }

    @Test func `a secure cookie stays off an open line`() {
        let jar = jar("a=1; Path=/; Secure")
        #expect(jar.header(path: "/", isSecure: false) == nil)
        #expect(jar.header(path: "/", isSecure: true) == "a=1")
    }

    @Test(
        arguments: [
            "__Host-a=1; Path=/", "__Host-a=1; Secure; Path=/x",
            "__Host-a=1; Secure; Path=/; Domain=example.com", "__Secure-a=1", "nothing", "=1", "",
        ])
    func `a cookie that breaks its own rules is ignored`(_ value: String) {
        #expect(jar(value).cookies.isEmpty)
    }
}
