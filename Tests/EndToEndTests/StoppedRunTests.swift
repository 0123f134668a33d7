import Foundation
import NIOCore
import NIOPosix
import Testing

/// `fake-phone run --start` when it is stopped, killed, or left by a server.
@Suite(.timeLimit(.minutes(10))) struct StoppedRunTests {
    private static func story(seconds: Int) -> String {
        """
        name: slow
        cast: { laptop: browser }
        steps:
          - laptop: open
          - laptop: ignore
            for_s: \(seconds)
          - laptop: session
            expect: { status: 401 }

        """
    }

    /// Starts a run with servers of its own, and lends it when the story is in its middle.
    private func withRun(
        seconds: Int = 50,
        _ body: (RunningProgram, _ folder: String) async throws -> Void
    ) async throws -> (Programs.Ended, left: [String]) {
        try await Programs.withFolder { folder in
            let story = "\(folder)/slow.yaml"
            try Self.story(seconds: seconds).write(toFile: story, atomically: true, encoding: .utf8)
            let ended = try await Programs.ended(
                "fake-phone",
                [
                    "run", story, "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml",
                    "--start", ".", "--json", "\(folder)/r.json", "--junit", "\(folder)/r.xml",
                ],
                environment: ["TMPDIR": folder],
                after: "laptop does nothing"
            ) { try await body($0, folder) }
            return (ended, try FileManager.default.contentsOfDirectory(atPath: folder).sorted())
        }
    }

    @Test func `a run that is told to stop ends its servers and writes its reports`() async throws {
        let (run, left) = try await withRun { program, _ in try program.interrupt() }
        #expect(run.status == 130, "\(run.output)\n\(run.errors)")
        #expect(run.errors.contains("fake-phone: stopped by SIGINT\n"))
        #expect(run.output.contains("0 passed, 0 failed, 2 skipped"))
        #expect(run.output.contains("the run was stopped"))
        // The folder of the servers is gone, so they are.
        #expect(left == ["r.json", "r.xml", "slow.yaml"])
    }

    @Test func `a run that is killed leaves no server`() async throws {
        let (run, left) = try await withRun { program, folder in
            let mock = try #require(Self.mockPort(folder))
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: mock)
                .get()
            try program.kill()
            // It is closed by the end of the mock, and by nothing else in so short a time.
            try await channel.closeFuture.get()
        }
        #expect(run.status == -1)
        #expect(!left.contains("r.json"))
    }

    @Test func `a server that ends in the middle is named, and the run goes on`() async throws {
        let (run, left) = try await withRun(seconds: 20) { _, folder in
            let pid = try #require(Self.server(folder)?.pid)
            kill(pid, SIGKILL)
        }
        #expect(run.status == 1, "\(run.output)\n\(run.errors)")
        #expect(run.errors.contains("login-server was ended in the middle of the run by signal 9"))
        #expect(run.output.contains("no answer from login-server: no connection"))
        #expect(run.output.contains("0 passed, 2 failed, 0 skipped"))
        #expect(left == ["r.json", "r.xml", "slow.yaml"])
    }

    /// The login server of the run whose folders lie in `folder`.
    private static func server(_ folder: String) -> (pid: Int32, arguments: [String])? {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for pid in numbers.compactMap({ Int32($0) }) {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
                continue
            }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(
                String.init
            )
            guard words.first?.hasSuffix("/login-server") == true,
                words.contains(where: { $0.hasPrefix(folder) })
            else { continue }
            return (pid, words)
        }
        return nil
    }

    private static func mockPort(_ folder: String) -> Int? {
        let words = server(folder)?.arguments ?? []
        guard let place = words.firstIndex(of: "--wechat"), place + 1 < words.count else {
            return nil
        }
        return URL(string: words[place + 1])?.port
    }
}
