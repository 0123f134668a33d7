import Foundation
import Testing

/// The conformance kit against the real programs.
@Suite(.timeLimit(.minutes(10))) struct ConformanceTests {
    private static let adversaries = "\(Programs.root)/Fixtures/Scenarios/adversaries"

    /// Those whom the article's design lets in; it lacks the step of the others.
    private static let throughTheArticle = [
        "confirm-without-scan", "foreign-nonce", "foreign-origin-open", "foreign-origin-watch",
        "forged-identity", "forwarded-picture", "publish-call", "relay-phisher", "replayer",
        "robot-confirm", "scene-fixation", "scene-guesser", "scene-sniper", "second-browser",
        "second-phone", "superseded-code", "used-js-code", "used-picture",
    ]
    private static let notInTheArticle = [
        "cancel-against-confirm", "code-thief", "code-twice", "code-without-verifier",
        "double-complete", "foreign-origin-complete", "malicious-website", "resumed-twice",
        "session-after-logout", "session-after-revoke",
    ]

    private struct Verdicts: Decodable {
        struct Adversary: Decodable {
            var name: String
            var verdict: String
        }

        var adversaries: [Adversary]

        func names(_ verdict: String) -> [String] {
            adversaries.filter { $0.verdict == verdict }.map(\.name)
        }
    }

    private func verdicts(_ path: String) throws -> Verdicts {
        try JSONDecoder().decode(Verdicts.self, from: Data(contentsOf: URL(filePath: path)))
    }

    @Test func `no adversary gets through against our server`() async throws {
        try await Programs.withFolder { folder in
            let run = try await Programs.end(
                "fake-phone",
                ["judge", Self.adversaries, "--start", ".", "--json", "\(folder)/v.json"]
            )
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            let verdicts = try verdicts("\(folder)/v.json")
            let all = Self.throughTheArticle + Self.notInTheArticle
            // The article's own call is nowhere but there.
            #expect(verdicts.names("held") == all.filter { $0 != "publish-call" }.sorted())
            #expect(verdicts.names("does_not_apply") == ["publish-call"])
        }
    }

    @Test func `the kit sees exactly the holes of the article's design`() async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                try await Programs.with("article-server", ["--wechat", mock.url]) { article in
                    let run = try await Programs.end(
                        "fake-phone",
                        [
                            "judge", Self.adversaries,
                            "--adapter", "\(Programs.root)/Fixtures/Adapters/article.yaml",
                            "--login", article.url, "--wechat", mock.url,
                            "--json", "\(folder)/v.json", "--report", "\(folder)/report.md",
                        ]
                    )
                    #expect(run.status == 1, "\(run.output)\n\(run.errors)")
                    let verdicts = try verdicts("\(folder)/v.json")
                    #expect(verdicts.names("got_through") == Self.throughTheArticle)
                    #expect(verdicts.names("does_not_apply") == Self.notInTheArticle)
                    let page = try String(contentsOfFile: "\(folder)/report.md", encoding: .utf8)
                    #expect(page.contains("## publish-call"))
                    #expect(page.contains("POST /push/publishmsg"))
                }
            }
        }
    }

    @Test func `an adapter that is aimed at another server judges nobody`() async throws {
        try await Programs.withBoth { login, mock in
            let run = try await Programs.end(
                "fake-phone",
                [
                    "judge", Self.adversaries,
                    "--adapter", "\(Programs.root)/Fixtures/Adapters/article.yaml",
                    "--login", login.url, "--wechat", mock.url,
                ]
            )
            #expect(run.status == 2)
            #expect(run.errors.contains("the honest login fails at 'laptop opens an attempt'"))
            #expect(run.errors.contains("POST /miniapp/getwxacodeunlimit"), "\(run.errors)")
        }
    }

    @Test func `an adapter file that is wrong or missing is one line with its place`() async throws
    {
        try await Programs.withFolder { folder in
            let file = "\(folder)/a.yaml"
            try "adapter: 1\nname: x\nbrowsr: {}\n"
                .write(toFile: file, atomically: true, encoding: .utf8)
            for (path, says) in [
                (file, "a.yaml:1:1: an adapter needs 'browser'"),
                ("\(folder)/none.yaml", "none.yaml: no such file"),
            ] {
                let run = try await Programs.end(
                    "fake-phone",
                    ["judge", Self.adversaries, "--adapter", path]
                )
                #expect(run.status == 2)
                #expect(run.errors.contains(says), "\(run.errors)")
                #expect(run.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func `a story without an adversary is not judged`() async throws {
        let run = try await Programs.end(
            "fake-phone",
            ["judge", "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml", "--start", "."]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("this is no adversary's story"), "\(run.errors)")
    }
}
