import FakePhone
import Testing

func check(_ story: String, at login: String, and mock: String) async throws {
    try await withPhoneStage(login: login, weChat: mock, seed: 7) { stage in
        let play = try await stage.play(yaml: story, name: "story.yaml")
        #expect(play.outcome == .passed, "\(play.transcript.joined(separator: "\n"))")
    }
}
