import FakePhone
import Foundation
import Testing

/// The shipped adversaries against a design that is neither ours nor the article's.
struct ThirdDesignTests {
    private func judge(
        _ flaw: ThirdServers.Flaw = .none,
        _ names: String...
    ) async throws -> [String: String] {
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Scenarios/adversaries").path
        let paths = names.isEmpty ? [folder] : names.map { "\(folder)/\($0).yaml" }
        let servers = ThirdServers(flaw)
        var runner = ScenarioRunner(
            login: try #require(ServerAddress(ModelServers.login, name: "login-server")),
            weChat: try #require(ServerAddress(ModelServers.weChat, name: "mock-wechat")),
            transport: servers,
            dialer: servers,
            time: servers.time.phoneTime,
            dice: Dice(seed: 7)
        )
        runner.adapter = try Adapter(yaml: ThirdServers.adapter, file: "third.yaml")
        let outcome = try await Conformance(runner).judge(ScenarioFiles.load(paths))
        #expect(outcome.isHonestWell, "\(outcome.honest.outcome)")
        var verdicts: [String: String] = [:]
        for finding in outcome.findings {
            verdicts[finding.scenario.name] = finding.verdict.name
        }
        return verdicts
    }

    @Test func `a design that refuses in its own way is not accused`() async throws {
        let verdicts = try await judge()
        #expect(
            verdicts == [
                "cancel-against-confirm": "does_not_apply",
                // It is no provider of OpenID Connect.
                "code-thief": "does_not_apply",
                "code-twice": "does_not_apply",
                "code-without-verifier": "does_not_apply",
                "malicious-website": "does_not_apply",
                "resumed-twice": "does_not_apply",
                "confirm-without-scan": "held",
                "double-complete": "held",
                "foreign-nonce": "held",
                "foreign-origin-complete": "got_through",
                "foreign-origin-open": "got_through",
                "foreign-origin-watch": "held",
                "forged-identity": "held",
                "forwarded-picture": "got_through",
                "publish-call": "does_not_apply",
                "relay-phisher": "got_through",
                "replayer": "held",
                "robot-confirm": "held",
                "scene-fixation": "held",
                "scene-guesser": "held",
                "scene-sniper": "held",
                "second-browser": "held",
                "second-phone": "held",
                "session-after-logout": "held",
                "session-after-revoke": "does_not_apply",
                "superseded-code": "held",
                "used-js-code": "held",
                "used-picture": "held",
            ]
        )
    }

    @Test(arguments: [
        (ThirdServers.Flaw.believesTheUser, "forged-identity", "got_through"),
        (.believesTheRole, "forged-identity", "got_through"),
        (.letsSessionsOutliveALogout, "session-after-logout", "got_through"),
        (.letsTheSecondPhoneWin, "second-phone", "got_through"),
        (.breaksOnAFastConfirm, "robot-confirm", "not_that_far"),
        (.refusesScansFromPictures, "forwarded-picture", "held"),
    ])
    func `what it gets wrong is seen, and what it refuses early is not held against it`(
        flaw: ThirdServers.Flaw,
        name: String,
        verdict: String
    ) async throws {
        #expect(try await judge(flaw, name) == [name: verdict])
    }
}
