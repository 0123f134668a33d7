extension Verb {
    /// What can be done to a login server that the runner started.
    static let serverVerbs: [Verb] = [
        server("restart", "Ended in order and started again.", "is restarted") { control in
            try await control.stop()
            try await control.start()
        },
        server("stop", "Ended in order.", "is stopped") { control in
            try await control.stop()
        },
        server("kill", "Ended as by a power cut.", "is killed") { control in
            try await control.kill()
        },
        server("start", "Started again, at the same address, with the same data.", "is started") {
            control in
            try await control.start()
        },
    ]

    private static func server(
        _ name: String,
        _ about: String,
        _ words: String,
        _ body: @escaping @Sendable (ServerControl) async throws -> Void
    ) -> Verb {
        Verb(
            name: name,
            actor: .server,
            about: about,
            options: [],
            hasAnswer: false,
            sentence: { _, _ in "the login server \(words)" },
            perform: { play, _ in
                guard let control = play.stage.control else {
                    throw StepEnd.skipped(ScenarioRunner.needsStart)
                }
                try await body(control)
                return nil
            }
        )
    }
}
