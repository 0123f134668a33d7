import LoginDomain
import Testing

/// A host, a scheme or an address that a request makes up.
@Suite(.timeLimit(.minutes(10))) struct T25HostTests {
    /// What an answer is, but for the time and for what is drawn anew each time.
    private func fingerprint(_ answer: Answer) -> [String] {
        let drawn = answer.all("Set-Cookie").map { cookie in
            let value = cookie.drop { $0 != "=" }.dropFirst().prefix { $0 != ";" }
            return value.isEmpty ? cookie : cookie.replacing(value, with: "…")
        }
        let image = answer.text("data.image")
        let fields = answer.lines.filter {
            !$0.hasPrefix("Set-Cookie") && (image == nil || !$0.hasPrefix("Content-Length"))
        }
        var text = answer.text
        for drawn in [image, answer.text("data.support_code")] {
            if let drawn { text = text.replacing(drawn, with: "…") }
        }
        return ["\(answer.status)"] + fields + drawn + [text]
    }

    /// Everything but POST /attempt/complete, which comes only once: what a browser asks.
    private static let asked = [
        ("GET", "/"), ("GET", "/login"), ("GET", "/nothing"), ("GET", "/session"),
        ("GET", "/attempt"), ("POST", "/attempt"), ("POST", "/attempt/complete"),
        ("POST", "/attempt/cancel"), ("POST", "/session/logout"), ("PUT", "/login"),
    ]

    private static let evil: [Call.Field] = [
        Call.Field("X-Forwarded-Host", "evil.example"), Call.Field("X-Forwarded-Proto", "http"),
        Call.Field("X-Forwarded-Proto", "evil"), Call.Field("X-Forwarded-Port", "666"),
        Call.Field("Forwarded", "for=1.2.3.4;host=evil.example;proto=http"),
        Call.Field("X-Original-URL", "/evil"), Call.Field("X-Rewrite-URL", "/evil"),
        Call.Field("X-Original-Host", "evil.example"), Call.Field("X-Host", "evil.example"),
        Call.Field("X-Forwarded-Server", "evil.example"),
        Call.Field("Referer", "https://evil.example"),
        Call.Field("X-HTTP-Method-Override", "DELETE"), Call.Field("X-Forwarded-Prefix", "/evil"),
    ]

    @Test func `T25 header fields that name another host change no byte of any answer`()
        async throws
    {
        for trusted in [[], ["127.0.0.0/8"]] {
            try await EdgeStage.with {
                $0.proxies = trusted
                // As often as this test asks.
                $0.policy.attemptsPerBrowserPerMinute = 1000
                $0.policy.attemptsPerAddressBurst = 1000
            } _: { stage async throws in
                for (method, path) in Self.asked {
                    func answer(_ more: [Call.Field]) async throws -> Answer {
                        let browser = Browser(stage)
                        _ = try await browser.open()
                        return method == "POST"
                            ? try await browser.post(path, more)
                            : try await stage.send(Call(method, path, browser.fields + more))
                    }
                    let plain = fingerprint(try await answer([]))
                    for field in Self.evil {
                        let bent = try await answer([field])
                        #expect(fingerprint(bent) == plain, "\(method) \(path) \(field.name)")
                        #expect(!bent.text.contains("evil"))
                    }
                    #expect(fingerprint(try await answer(Self.evil)) == plain, "\(path)")
                }
            }
        }
    }

    @Test(arguments: [
        "evil.example", "login.example.evil.example", "evil.login.example", "login.example:443",
        "login.example:8443", "login.example.", "LOGIN.EXAMPLE", "evil@login.example", "127.0.0.1",
        "login.example/evil", "login.example evil", "", "login.example,evil.example",
        "xn--lgin-5qa.example",
    ])
    func `T25 another host is 421, and its name is not repeated`(host: String) async throws {
        try await EdgeStage.with { stage async throws in
            let rows = stage.everything
            for (method, path) in Self.asked {
                var call = Call(method, path, Browser(stage).ownPage)
                call.host = host
                let answer = try await stage.send(call)
                // What cannot stand in this place at all is no request.
                #expect([400, 421].contains(answer.status), "\(method) \(path)")
                #expect(!answer.text.contains("evil"), "\(method) \(path)")
                #expect(!answer.lines.joined().contains("evil"), "\(method) \(path)")
                #expect(answer.all("Set-Cookie") == [])
                #expect(answer["Location"] == nil)
            }
            #expect(stage.everything == rows)
        }
    }

    @Test(arguments: [
        "http://evil.example/login", "https://evil.example/", "http://evil.example",
        "https://login.example/login", "//evil.example/login", "evil:/login",
    ])
    func `T25 a target with a host in it leads nowhere else`(target: String) async throws {
        try await EdgeStage.with { stage async throws in
            let answer = try await stage.send(Call("GET", target))
            #expect([200, 400, 404, 421].contains(answer.status))
            #expect(!answer.text.contains("evil"))
            #expect(!answer.lines.joined().contains("evil"))
            if answer.status == 200 {
                let known = try await ["/", "/login"].asyncMap {
                    try await stage.send(Call("GET", $0))
                }
                #expect(known.map(fingerprint).contains(fingerprint(answer)))
            }
        }
    }

    @Test func `T25 the same address twice with different hosts does not mix answers`()
        async throws
    {
        try await EdgeStage.with { stage async throws in
            var bent = Call("GET", "/login")
            bent.host = "evil.example"
            let before = fingerprint(try await stage.send(Call("GET", "/login")))
            #expect(try await stage.send(bent).status == 421)
            #expect(fingerprint(try await stage.send(Call("GET", "/login"))) == before)
            // On one connection, too.
            let wire = try await stage.wire()
            #expect(try await wire.exchange(bent, host: stage.host).status == 421)
            let after = try await wire.exchange(Call("GET", "/login"), host: stage.host)
            #expect(fingerprint(after) == before)
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(
        _ change: (Element) async throws -> Value
    ) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await change(element)) }
        return values
    }
}
