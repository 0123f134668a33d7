import FakePhone
import HTTPTransport
import Synchronization
import Testing

/// A run that is cancelled in the middle, as a signal does it.
struct StoppedRunTests {
    /// A real transport sends nothing for a task that is cancelled.
    private struct Obedient: HTTPTransport {
        let servers: ModelServers

        func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
            guard !Task.isCancelled else { throw .cancelled }
            return try await servers.send(call)
        }
    }

    private final class Log: Sendable {
        let task = Mutex<Task<[ScenarioResult], Never>?>(nil)
        let begun = Mutex<[String]>([])

        func hear(_ event: RunEvent) {
            if case .began(let story) = event { begun.withLock { $0.append(story.name) } }
        }
    }

    private func stories() throws -> [Scenario] {
        let cast = "cast: { laptop: browser }\nsteps:\n"
        return [
            try Scenario(yaml: "\(cast)  - laptop: open\n", file: "first.yaml"),
            try Scenario(
                yaml: """
                    \(cast)  - wechat: fault
                        endpoint: /sns/jscode2session
                      - laptop: ignore
                        for_s: 1
                      - laptop: ignore
                        for_s: 1
                    """,
                file: "second.yaml"
            ),
            try Scenario(yaml: "\(cast)  - laptop: open\n", file: "third.yaml"),
        ]
    }

    @Test func `a stopped run keeps what was played and takes back its faults`() async throws {
        let servers = ModelServers()
        let runner = ScenarioRunner(
            login: try #require(ServerAddress(ModelServers.login, name: "login-server")),
            weChat: try #require(ServerAddress(ModelServers.weChat, name: "mock-wechat")),
            transport: Obedient(servers: servers),
            dialer: servers,
            time: servers.time.phoneTime,
            dice: Dice(seed: 7)
        )
        let stories = try stories()
        let log = Log()
        servers.time.whenSlept { log.task.withLock { $0?.cancel() } }
        let running = log.task.withLock { task in
            let running = Task {
                await ScenarioBatch(runner, jobs: 1).run(stories) { log.hear($0) }
            }
            task = running
            return running
        }
        let results = await running.value
        let stopped = ScenarioResult.Outcome.skipped("the run was stopped")
        // What changes the mock is played last.
        #expect(results.map(\.outcome) == [.passed, stopped, .passed])
        #expect(servers.faults.isEmpty)

        let late = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await ScenarioBatch(runner, jobs: 2).run(stories) { log.hear($0) }
        }.value
        #expect(late.map(\.outcome) == [stopped, stopped, stopped])
        // The alone one comes last, and its word waits for its turn.
        #expect(log.begun.withLock(\.self) == ["first", "second", "third"])
    }
}
