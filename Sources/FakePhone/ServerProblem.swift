package import HTTPTransport
internal import HTTPTypes

/// What is wrong with a server before anything is played.
package enum ServerProblem: Error, Sendable, Equatable {
    case unreachable(ServerAddress, HTTPTransportError)
    /// Somebody answers, but not as this server does; the text says what came.
    case somebodyElse(ServerAddress, String)
}

extension ScenarioRunner {
    /// Asks both servers whether they are there.
    ///
    /// - Parameter isLoginOurs: whether the login server must answer as ours does.
    /// - Returns: what is wrong first; nil when nothing is.
    package func problem(isLoginOurs: Bool = true) async -> ServerProblem? {
        let line = Line(
            name: "fake-phone",
            transport: transport,
            time: time,
            recorder: Recorder()
        )
        for (server, path) in [(weChat, "/_mock/health"), (login, "/session")] {
            let reply: Reply
            do {
                reply = try await line.say(.get, path, to: server)
            } catch {
                guard case .noAnswer(_, let why) = error else { continue }
                return .unreachable(server, why)
            }
            let isRight =
                server == weChat
                ? reply.json?["status"] == "ok"
                : reply.json?["code"]?.int == reply.status && reply.json?["msg"] != nil
            guard isRight || (server == login && !isLoginOurs) else {
                return .somebodyElse(server, "\(reply.status) to GET \(path)")
            }
        }
        return nil
    }

    /// The people of the casts whom the mock does not know, each with their place in the file.
    package func unknownPeople(in scenarios: [Scenario]) async -> [ScenarioError] {
        let line = Line(
            name: "fake-phone",
            transport: transport,
            time: time,
            recorder: Recorder()
        )
        guard let known = try? await MockControl(weChat: weChat, line: line).people() else {
            return []
        }
        var errors: [ScenarioError] = []
        for scenario in scenarios where scenario.repetition == nil {
            for member in scenario.cast where !member.isNew {
                guard case .phone(let person) = member.role, !known.contains(person) else {
                    continue
                }
                errors.append(
                    ScenarioError(
                        file: scenario.file,
                        line: member.line,
                        column: member.column,
                        message: "the mock knows no '\(person)', it knows "
                            + "\(known.joined(separator: ", ")); 'new: true' makes one"
                    )
                )
            }
        }
        return errors
    }
}
