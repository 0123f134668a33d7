import LoginDomain
import LoginService
import TestSupport
import Testing

/// A code that somebody shows to somebody else.
@Suite(.timeLimit(.minutes(10))) struct T04RelayTests {
    private static let here = "127.0.0.1"
    private static let elsewhere = "127.0.9.1"

    // MARK: - Explicit confirm

    @Test func `T4 opening the confirm screen and doing nothing confirms nothing`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            let phone = try await stage.phone("victim")
            _ = try await phone.nonce(of: scene)
            stage.time.advance(by: .seconds(60))
            try await stage.service.sweep()
            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message() == "expired 3 0")
            #expect(try await browser.complete().error == "not_confirmed")
            #expect(stage.sessionsCount == 0)
        }
    }

    // MARK: - The requester card

    @Test func `T4 the phone is told the browser that asked, and never itself`() async throws {
        try await EdgeStage.with { stage in
            // The attacker's own page asks for the code; the victim's phone scans it.
            let attacker = Browser(stage, at: Self.elsewhere)
            let scene = try await attacker.open()
            stage.time.advance(by: .milliseconds(7900))
            let victim = try await stage.phone("victim", at: Self.here)
            let answer = try await victim.call(
                "/mp/scan",
                #"{"scene":"\#(scene)","launch":1047}"#,
                [Call.Field("User-Agent", "Victim's phone")]
            )
            #expect(
                answer.names("data") == [
                    "browser", "client", "confirm_allowed", "expires_in", "nonce",
                    "number_required", "warnings",
                ]
            )
            #expect(answer.names("data.client") == ["host", "name", "shares"])
            #expect(answer.text("data.client.name") == "Tea & Toast")
            #expect(answer.text("data.client.host") == "login.example")
            #expect(
                answer.names("data.browser") == ["age_s", "ip", "ip_area", "network", "ua"]
            )
            #expect(answer.text("data.browser.ip") == Self.elsewhere)
            #expect(answer.text("data.browser.ua") == Browser.userAgent)
            #expect(answer.number("data.browser.age_s") == 7)
            #expect(!answer.text.contains("Victim's phone"))
            #expect(answer.member("data.warnings") as? [String] == ["network"])
        }
    }

    // MARK: - How the code was read

    private static let readings: [String] = ["1048", "1049", "1007", ""]

    private func scan(_ phone: Phone, _ scene: String, _ launch: String) async throws -> Answer {
        let member = launch.isEmpty ? "" : #","launch":\#(launch)"#
        return try await phone.call("/mp/scan", #"{"scene":"\#(scene)"\#(member)}"#)
    }

    @Test(arguments: readings)
    func `T4 under the strict policy a code read from a picture cannot be confirmed`(
        launch: String
    ) async throws {
        try await EdgeStage.with {
            $0.policy.launch = .strict
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            let phone = try await stage.phone("victim")
            let scanned = try await scan(phone, scene, launch)
            #expect(scanned.member("data.confirm_allowed") as? Bool == false)
            #expect(scanned.member("data.warnings") as? [String] == ["picture"])
            stage.time.advance(by: .seconds(1))
            let rows = stage.everything
            let answer = try await phone.confirm(scene, scanned.text("data.nonce") ?? "")
            #expect(answer.status == 403)
            #expect(answer.error == "confirm_blocked")
            #expect(stage.everything == rows)
            #expect(try await browser.state() == "scanned")
            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")
            // Whoever then holds the camera to the screen in front of them may.
            let again = try await scan(phone, scene, "1047")
            #expect(again.member("data.confirm_allowed") as? Bool == true)
            #expect(again.member("data.warnings") as? [String] == [])
            let nonce = again.text("data.nonce") ?? ""
            #expect(try await phone.confirm(scene, nonce).status == 200)
            #expect(try await watch.message() == "confirmed 3 179")
            #expect(try await browser.complete().status == 200)
        }
    }

    @Test(arguments: readings)
    func `T4 under the usual policy the phone's owner is warned of a picture's code`(
        launch: String
    ) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("victim")
            let scanned = try await scan(phone, scene, launch)
            #expect(scanned.member("data.confirm_allowed") as? Bool == true)
            #expect(scanned.member("data.warnings") as? [String] == ["picture"])
            stage.time.advance(by: .seconds(1))
            #expect(
                try await phone.confirm(scene, scanned.text("data.nonce") ?? "").status == 200
            )
        }
    }

    @Test func `T4 a policy that is off neither warns nor blocks`() async throws {
        try await EdgeStage.with {
            $0.policy.launch = .off
        } _: { stage in
            let scene = try await Browser(stage).open()
            let phone = try await stage.phone("victim")
            let scanned = try await scan(phone, scene, "1048")
            #expect(scanned.member("data.confirm_allowed") as? Bool == true)
            #expect(scanned.member("data.warnings") as? [String] == [])
        }
    }

    // MARK: - Number matching

    /// The members of `GET /attempt` without a number.
    private static let plain = ["expires_in", "seq", "state"]

    @Test func `T4 where networks differ the phone must type the browser's number`() async throws {
        try await EdgeStage.with {
            $0.policy.numberMatching = .networks
        } _: { stage in
            let browser = Browser(stage, at: Self.elsewhere)
            let scene = try await browser.open()
            // Before the scan there is no number for anybody.
            #expect(
                try await browser.get("/attempt").names("data") == ["expires_in", "seq", "state"]
            )
            let watch = try await browser.watch()
            let phone = try await stage.phone("alice", at: Self.here)
            let scanned = try await phone.scan(scene)
            #expect(scanned.member("data.number_required") as? Bool == true)
            let nonce = try #require(scanned.text("data.nonce"))
            let number = try #require(try await browser.get("/attempt").number("data.number"))
            #expect((10...99).contains(number))
            // Neither the phone nor the push is told it.
            #expect(scanned.names("data").allSatisfy { $0 != "number" })
            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")

            stage.time.advance(by: .seconds(1))
            let rows = stage.everything
            let without = try await phone.confirm(scene, nonce)
            #expect(without.status == 403)
            #expect(without.error == "number_required")
            #expect(stage.everything == rows)
            // A rescan draws no other number.
            let again = try await phone.nonce(of: scene)
            #expect(try await browser.get("/attempt").number("data.number") == number)
            #expect(
                try await phone.confirm(scene, again, number: #""\#(number)""#).status == 200
            )
            #expect(
                try await browser.get("/attempt").names("data") == ["expires_in", "seq", "state"]
            )
            #expect(try await browser.complete().status == 200)
        }
    }

    @Test func `T4 one wrong number ends the attempt`() async throws {
        try await EdgeStage.with {
            $0.policy.numberMatching = .always
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            let number = try #require(try await browser.get("/attempt").number("data.number"))
            stage.time.advance(by: .seconds(1))
            let wrong = number == 99 ? 10 : number + 1
            let answer = try await phone.confirm(scene, nonce, number: "\(wrong)")
            #expect(answer.status == 410)
            #expect(answer.error == "scene_unavailable")
            for message in ["created 1 120", "scanned 2 60", "cancelled 3 0"] {
                #expect(try await watch.message() == message)
            }
            // Nor does the right one help any more.
            #expect(try await phone.confirm(scene, nonce, number: "\(number)").status == 410)
            #expect(try await browser.complete().error == "not_confirmed")
        }
    }

    @Test func `T4 a phone that changes its network between its steps takes a new code`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.numberMatching = .networks
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            var phone = try await stage.phone("alice", at: "127.0.0.9")
            let scanned = try await phone.scan(scene)
            #expect(scanned.member("data.number_required") as? Bool == false)
            stage.time.advance(by: .seconds(1))
            phone.address = Self.elsewhere
            // Neither its confirm nor a rescan passes without the number that nobody was shown.
            let nonce = try #require(scanned.text("data.nonce"))
            #expect(try await phone.confirm(scene, nonce).status == 410)
            #expect(try await phone.scan(scene).status == 410)
            #expect(try await browser.state() == "scanned")
            phone.address = "127.0.0.9"
            #expect(try await phone.confirm(scene, nonce).status == 200)
        }
    }

    @Test func `T4 on one network no number is asked for, and none is shown`() async throws {
        try await EdgeStage.with {
            $0.policy.numberMatching = .networks
        } _: { stage in
            let browser = Browser(stage, at: "127.0.0.2")
            let scene = try await browser.open()
            let phone = try await stage.phone("alice", at: Self.here)
            let scanned = try await phone.scan(scene)
            #expect(scanned.member("data.number_required") as? Bool == false)
            #expect(scanned.member("data.warnings") as? [String] == [])
            #expect(try await browser.get("/attempt").number("data.number") == nil)
            stage.time.advance(by: .seconds(1))
            #expect(
                try await phone.confirm(scene, scanned.text("data.nonce") ?? "").status == 200
            )
        }
    }

    @Test func `T4 a number is up to four digits, or the request is refused and nothing ends`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.numberMatching = .always
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            stage.time.advance(by: .seconds(1))
            for bad in [#""""#, #""1 2""#, #""-12""#, #""４２""#, #""12345""#, "-1", "1.5", "[]"] {
                let answer = try await phone.confirm(scene, nonce, number: bad)
                #expect(answer.status == 400, "\(bad)")
                #expect(answer.error == "malformed", "\(bad)")
            }
            #expect(try await browser.state() == "scanned")
        }
    }

    // MARK: - Afterwards

    @Test func `T4 a login is in its user's list, and revoking it ends the session at once`()
        async throws
    {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let first = try await stage.confirmedBrowser(by: phone, at: Self.elsewhere)
            #expect(try await first.complete().status == 200)
            let second = try await stage.confirmedBrowser(by: phone)
            #expect(try await second.complete().status == 200)

            let answer = try await phone.logins()
            let logins = try #require(answer.member("data.logins") as? [[String: Any]])
            #expect(logins.count == 2)
            #expect(logins.allSatisfy { $0["current"] as? Bool == true })
            let old = try #require(logins.last)
            #expect(Set(old.keys) == ["id", "client", "at", "browser", "current"])
            #expect((old["client"] as? [String: Any])?["host"] as? String == "login.example")
            let seen = old["browser"] as? [String: Any]
            #expect(seen?["ip"] as? String == Self.elsewhere)
            #expect(seen?["ua"] as? String == Browser.userAgent)
            #expect((old["at"] as? String)?.hasSuffix("Z") == true)

            let id = try #require(old["id"] as? String)
            #expect(try await phone.revoke(id).status == 200)
            #expect(try await first.get("/session").status == 401)
            #expect(try await second.get("/session").status == 200)
            // Again is the same answer, and the list remembers.
            #expect(try await phone.revoke(id).status == 200)
            let after = try await phone.logins().member("data.logins") as? [[String: Any]]
            #expect(after?.map { $0["current"] as? Bool } == [true, false])
        }
    }

    @Test func `T4 nobody sees or ends another's logins`() async throws {
        try await EdgeStage.with { stage in
            let alice = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: alice)
            #expect(try await browser.complete().status == 200)
            let logins = try await alice.logins().member("data.logins") as? [[String: Any]]
            let id = try #require(logins?.first?["id"] as? String)

            let mallory = try await stage.phone("mallory")
            #expect((try await mallory.logins().member("data.logins") as? [Any])?.isEmpty == true)
            let rows = stage.everything
            let unknown = try await mallory.revoke("AAAAAAAAAAAAAAAA")
            let foreign = try await mallory.revoke(id)
            for answer in [unknown, foreign, try await mallory.revoke("x")] {
                #expect(answer.status == 404)
                #expect(answer.error == "not_found")
                #expect(answer.body == unknown.body)
            }
            #expect(stage.everything == rows)
            #expect(try await browser.get("/session").status == 200)
        }
    }
}
