import LoginDomain
import Testing

struct RelyingPartyTests {
    @Test(arguments: [
        ("https://rp.example/cb", "rp.example"), ("https://rp.example", "rp.example"),
        ("https://rp.example:8443/a/b?c=d&e", "rp.example:8443"),
        ("https://xn--fiqs8s.example/%E4%BD%A0", "xn--fiqs8s.example"),
        ("https://[2001:db8::1]/cb", "[2001:db8::1]"),
    ])
    func `an address can be registered`(text: String, host: String) throws {
        let uri = try RedirectURI(registering: text)
        #expect(uri.text == text)
        #expect(uri.host == host)
    }

    @Test(
        arguments: [
            ("http://rp.example/cb", .scheme), ("javascript:alert(1)", .scheme),
            ("data:x", .scheme),
            ("HTTPS://rp.example/", .scheme), ("ftp://rp.example/", .scheme), ("/cb", .scheme),
            ("", .scheme), ("http://127.0.0.1:1/cb", .scheme), ("http://localhost/cb", .scheme),
            ("https://rp.example/cb#", .fragment), ("https://a@rp.example/", .userInfo),
            ("https://*.example/", .wildcard), ("https://rp.example/*", .wildcard),
            ("https:///cb", .host), ("https://RP.example/", .host), ("https://rp.example./", .host),
            ("https://-rp.example/", .host), ("https://rp_.example/", .host),
            ("https://[::1/cb", .host), ("https://[::1]x/cb", .host),
            ("https://rp.example:443/", .port), ("https://rp.example:0/", .port),
            ("https://rp.example:/", .port), ("https://rp.example:08443/", .port),
            ("https://rp.example:99999/", .port), ("https://rp.example/a/../b", .dotSegment),
            ("https://rp.example/./b", .dotSegment), ("https://rp.example/%2E%2e", .dotSegment),
            ("https://rp.example/a b", .character), ("https://rp.example/\u{4F60}", .character),
            ("https://rp.example/%zz", .character), ("https://rp.example/%4", .character),
            ("https://rp.example/?a=%", .character), ("https://rp.example/%%41", .character),
            (#"https://rp.example\@evil/"#, .character), ("https://rp.example/\n", .character),
        ] as [(String, RedirectURI.Flaw)]
    )
    func `T20: an address that could mean another place cannot be registered`(
        text: String,
        flaw: RedirectURI.Flaw
    ) {
        #expect(throws: flaw) { try RedirectURI(registering: text) }
    }

    @Test func `T20: an address has at most 2048 bytes`() throws {
        let start = "https://rp.example/"
        let longest = start + String(repeating: "a", count: 2048 - start.utf8.count)
        #expect(try RedirectURI(registering: longest).text == longest)
        #expect(throws: RedirectURI.Flaw.tooLong) { try RedirectURI(registering: longest + "a") }
    }

    @Test(arguments: ["http://127.0.0.1:4000/cb", "http://localhost:4000/cb", "http://[::1]:1/"])
    func `in development this machine is reached without encryption`(text: String) throws {
        #expect(try RedirectURI(registering: text, allowsLoopback: true).text == text)
        #expect(throws: RedirectURI.Flaw.scheme) { try RedirectURI(registering: text) }
    }

    @Test func `in development, too, no other machine is`() {
        for host in ["rp.example", "127.0.0.1.evil.example", "10.0.0.1"] {
            #expect(throws: RedirectURI.Flaw.scheme) {
                try RedirectURI(registering: "http://\(host)/", allowsLoopback: true)
            }
        }
    }

    @Test func `T19: a client that can keep no secret must prove its codes`() throws {
        #expect(try Self.party(secret: nil, isProofKeyRequired: false) == nil)
        #expect(try Self.party(secret: nil) != nil)
        let digest = SecretDigest(bytes: Array(repeating: 1, count: 32))
        #expect(try Self.party(secret: digest, isProofKeyRequired: false) != nil)
    }

    @Test func `a client has one to twenty addresses, and a name that can be read`() throws {
        #expect(try Self.party(uris: 0) == nil)
        #expect(try Self.party(uris: 20) != nil)
        #expect(try Self.party(uris: 21) == nil)
        for name in ["", " a", "a ", "a\nb", "a\u{202E}b", String(repeating: "n", count: 65)] {
            #expect(try Self.party(name: name) == nil, "\(name)")
        }
        #expect(try Self.party(name: "\u{5546}\u{5E97} & Shop <b>") != nil)
    }

    @Test func `people are shown the host that the browser will go to`() throws {
        let party = try #require(try Self.party())
        let uri = try RedirectURI(registering: "https://rp.example:8443/1")
        #expect(party.card(for: uri) == ClientCard(name: "Shop", host: "rp.example:8443"))
    }

    private static func party(
        name: String = "Shop",
        uris: Int = 1,
        secret: SecretDigest? = nil,
        isProofKeyRequired: Bool = true
    ) throws -> RelyingParty? {
        guard let id = RelyingPartyID(text: "rp_shop") else { return nil }
        return RelyingParty(
            id: id,
            name: name,
            redirectURIs: try (0..<uris).map {
                try RedirectURI(registering: "https://rp.example/\($0)")
            },
            secret: secret,
            isProofKeyRequired: isProofKeyRequired,
            createdAt: Timestamp(milliseconds: 0)
        )
    }
}
