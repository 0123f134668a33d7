import FakePhone
import Testing

struct ServerAddressTests {
    @Test(
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1"),
            ("http://localhost/", "http://localhost", "localhost"),
            ("HTTPS://Login.Example:443", "https://login.example", "login.example"),
            ("https://login.example:8443", "https://login.example:8443", "login.example"),
            ("http://[::1]:8080", "http://[::1]:8080", "::1"),
        ])
    func `a URL becomes an origin`(_ url: String, _ origin: String, _ host: String) {
        let address = ServerAddress(url, name: "s")
        #expect(address?.origin == origin)
        #expect(address?.host == host)
    }

    @Test(
        arguments: [
            "", "localhost:8080", "ftp://x", "http://", "http://x/path", "http://x?q=1",
            "http://u@x", "http://x#f", "http://x:0",
        ])
    func `anything else is refused`(_ url: String) {
        #expect(ServerAddress(url, name: "s") == nil)
    }
}
