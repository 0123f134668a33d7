import FakePhone
import Foundation
import Testing

/// The library as another project uses it: public names only, against the real programs.
@Suite(.timeLimit(.minutes(10)))
struct PhoneLibraryTests {
    @Test func `a test scripts browsers and phones`() async throws {
        try await withStage { stage in
            var laptop = stage.browser("laptop")
            var (alice, mallory) = (stage.phone("alice"), stage.phone("mallory"))
            #expect(try await laptop.open().isOK)
            #expect(try await laptop.watch(by: .websocket).status == 101)
            try await laptop.sees(.created)
            #expect(try await alice.scan(laptop, by: .album).isOK)
            try await laptop.sees(.scanned)

            let late = try await mallory.scan(laptop)
            #expect(late.status == 410)
            #expect(late.error == "scene_unavailable")
            #expect(late.headers.contains { $0.name.lowercased() == "content-type" })

            try await alice.confirm(after: .zero)
            try await laptop.sees(.confirmed)
            #expect(laptop.states == ["created", "scanned", "confirmed"])
            let login = try await laptop.complete()
            #expect(alice.userID != nil)
            #expect(login["user", "userid"] == alice.userID)
            try await alice.setNickName("Alice")
            #expect(try await laptop.session()["user", "nickName"] == "Alice")
            try await laptop.logOut()
            #expect(try await laptop.session().error == "no_session")
            await laptop.stopWatching()

            let said = stage.transcript
            #expect(said.contains { $0.contains("POST /mp/confirm") })
            #expect(!said.contains { $0.contains("Bearer") && $0.count > 400 })
        }
    }

    @Test func `what a test cannot go on without is one sentence`() async throws {
        try await withStage { stage in
            var (laptop, alice) = (stage.browser(), stage.phone("alice"))
            await #expect(throws: PhoneStageError.impossible("alice has scanned nothing yet")) {
                try await alice.confirm()
            }
            await #expect(throws: PhoneStageError.impossible("browser shows no such picture")) {
                try await alice.scan(laptop)
            }
            await #expect(throws: PhoneStageError.impossible("browser watches nothing")) {
                try await laptop.sees(.created)
            }
            try await laptop.open()
            try await laptop.watch(by: .sse)
            await #expect(throws: PhoneStageError.unmet(expected: "scanned", got: "created")) {
                try await laptop.sees(.scanned)
            }
            await #expect(throws: PhoneStageError.self) { try await alice.scan(png: [1, 2, 3]) }
            await laptop.stopWatching()
        }
        await #expect(throws: PhoneStageError.badAddress("localhost")) {
            try await withPhoneStage(login: "localhost", weChat: "http://127.0.0.1:1") { _ in }
        }
    }

    @Test func `a stage plays a scenario, and says where it fails or cannot be read`() async throws
    {
        let story = """
            cast: { laptop: browser }
            steps:
              - laptop: open
              - laptop: session
                expect: { status: 401 }
            """
        try await withStage { stage in
            let good = try await stage.play(yaml: story)
            #expect(good.outcome == .passed)
            #expect(good.transcript.contains { $0.contains("POST /attempt") })
            let bad = try await stage.play(yaml: story.replacing("401", with: "200"))
            #expect(
                bad.outcome
                    == .failed(line: 4, expected: "200", got: "401 no_session")
            )
            await #expect(throws: PhoneStageError.self) { try await stage.play(yaml: "cast: [") }
        }
    }

    /// That target is no part of this package as far as the compiler knows: `package` names are not
    /// visible in it.
    @Test(arguments: ["LoginByPhoneTests", "StoryCheck"])
    func `what the page about the library shows is what was compiled outside of the package`(
        name: String
    ) throws {
        let page = try Self.text("Documentation/FakePhone.md")
        let code = try Self.text("Tests/PhoneLibraryTests/\(name).swift")
        #expect(page.contains("```swift\n\(code)```\n"))
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Programs.root)/\(path)", encoding: .utf8)
    }

    private func withStage(_ body: (PhoneStage) async throws -> Void) async throws {
        try await Programs.withBoth(settings: ["SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS": "0"]) {
            login,
            mock in
            try await withPhoneStage(login: login.url, weChat: mock.url, body)
        }
    }
}
