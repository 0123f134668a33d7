import Foundation
import Testing

/// The three real programs, over loopback.
struct ScenarioTests {
    @Test func `every scenario passes against programs that the runner starts`() async throws {
        let run = try await Programs.end(
            "fake-phone",
            [
                "run", "\(Programs.root)/Fixtures/Scenarios", "--start", ".", "--jobs", "4",
            ]
        )
        #expect(run.status == 0, "\(run.output.suffix(6000))\n\(run.errors)")
        #expect(run.output.contains(" passed, 0 failed, 0 skipped"))
    }

    @Test func `a scenario that expects too much fails, and says at which line`() async throws {
        let run = try await Programs.withFolder { folder in
            let file = "\(folder)/wrong.yaml"
            try Self.wrong.write(toFile: file, atomically: true, encoding: .utf8)
            return try await Programs.withBoth { login, mock in
                try await Programs.end(
                    "fake-phone",
                    ["run", file, "--login", login.url, "--wechat", mock.url]
                )
            }
        }
        #expect(run.status == 1)
        #expect(run.output.contains("wrong.yaml:6"), "\(run.output)")
        #expect(run.output.contains("0 passed, 1 failed"))
    }

    private static let wrong = """
        name: wrong
        about: nobody is logged in, and this says somebody is
        cast:
          laptop: browser
        steps:
          - laptop: session
            expect: { status: 200 }

        """

    @Test func `a server that is not there is named in one line`() async throws {
        let run = try await Programs.end(
            "fake-phone",
            [
                "run", "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml",
                "--login", "http://127.0.0.1:1", "--wechat", "http://127.0.0.1:1",
            ]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("http://127.0.0.1:1"), "\(run.errors)")
    }
}
