import Foundation
import Testing

/// The three real programs, over loopback.
struct ScenarioTests {
    @Test func `every scenario passes against programs that the runner starts`() async throws {
        let run = try await Programs.end(
            "fake-phone",
            [
                "run", "\(Programs.root)/Fixtures/Scenarios",
                "\(Programs.root)/Fixtures/Scenarios/adversaries", "--start", ".", "--jobs", "4",
            ]
        )
        #expect(run.status == 0, "\(run.output.suffix(6000))\n\(run.errors)")
        #expect(run.output.contains(" passed, 0 failed, 1 skipped"))
        #expect(run.output.contains("the design has no POST /push/publishmsg"))
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

    // MARK: Bad input

    /// What `fake-phone` says before anything is played, and how it ends.
    private func refused(_ arguments: [String]) async throws -> String {
        let run = try await Programs.end("fake-phone", arguments)
        #expect(run.status == 2, "\(run.output)\n\(run.errors)")
        return run.errors
    }

    @Test func `bad input is one clear line and exit 2`() async throws {
        try await Programs.withFolder { folder in
            let story = { (name: String, text: String) in
                let file = "\(folder)/\(name).yaml"
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                return file
            }
            let good = try story("good", Self.wrong)
            let broken = try story("broken", "cast: [")
            let stranger = try story(
                "stranger",
                "cast:\n  x: { phone: xena }\nsteps:\n  - x: login\n"
            )
            #expect(try await refused(["run"]).contains("Missing expected argument"))
            #expect(try await refused(["run", good, "--jobs", "0"]).contains("--jobs must be"))
            #expect(try await refused(["run", broken]).contains("broken.yaml:2:1: not YAML"))
            #expect(try await refused(["run", "\(folder)/no"]).contains("no such file or folder"))
            #expect(
                try await refused(["run", good, "--start", folder])
                    .contains("there is no program login-server in this folder")
            )
            #expect(
                try await refused(["run", stranger, "--start", "."])
                    .contains("stranger.yaml:2:6: the mock knows no 'xena'")
            )
            #expect(try await refused(["scan", good]).contains("not a PNG picture"))
            #expect(
                try await refused(["check", "\(Programs.root)/Fixtures/Scenarios/broken"])
                    .split(separator: "\n").count >= 10
            )
        }
    }

    @Test func `a server that is another program is said to be one`() async throws {
        try await Programs.withBoth { login, mock in
            let file = "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml"
            let errors = try await refused(
                ["run", file, "--login", login.url, "--wechat", login.url]
            )
            #expect(errors.contains("\(login.url) is no mock-wechat"))
            let others = try await refused(
                ["run", file, "--login", mock.url, "--wechat", mock.url]
            )
            #expect(others.contains("\(mock.url) is no login-server"))
        }
    }

    @Test func `reports for machines are written, and servers that were started are gone`()
        async throws
    {
        try await Programs.withFolder { folder in
            let run = try await Programs.end(
                "fake-phone",
                [
                    "run", "\(Programs.root)/Fixtures/Scenarios/server-killed.yaml", "--start", ".",
                    "--json", "\(folder)/r.json", "--junit", "\(folder)/r.xml", "--seed", "9",
                ],
                environment: ["TMPDIR": folder]
            )
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            let json = try String(contentsOfFile: "\(folder)/r.json", encoding: .utf8)
            #expect(json.contains(#""seed":"9""#))
            #expect(json.contains(#""outcome":"passed""#))
            let xml = try String(contentsOfFile: "\(folder)/r.xml", encoding: .utf8)
            #expect(xml.contains(#"name="server-killed""#))
            // Their folders lie in TMPDIR, and so do the reports.
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.sorted() == ["r.json", "r.xml"])
        }
    }
}
