import FakePhone
import Foundation
import MockWeChat
import Testing

/// Where your login server listens; it looks for WeChat at http://127.0.0.1:9090.
private let login = ProcessInfo.processInfo.environment["LOGIN_SERVER"]

@Test(.enabled(if: login != nil, "LOGIN_SERVER is not set"))
func `alice logs in by her phone, and mallory does not by his`() async throws {
    var options = MockWeChatOptions()
    options.port = 9090
    options.isFrozen = false
    try await withMockWeChat(options) { mock in
        try await withPhoneStage(login: login ?? "", weChat: mock.url) { stage in
            var laptop = stage.browser("laptop")
            var (alice, mallory) = (stage.phone("alice"), stage.phone("mallory"))

            try await laptop.open()  // the code is on the screen
            try await laptop.watch(by: .websocket)
            try await laptop.sees(.created)

            let card = try await alice.scan(laptop, by: .camera)
            #expect(card.isOK)
            try await laptop.sees(.scanned)
            let late = try await mallory.scan(laptop)
            #expect(late.error == "scene_unavailable")

            try await alice.confirm()
            try await laptop.sees(.confirmed)
            let answer = try await laptop.complete()
            #expect(answer["user", "userid"] == alice.userID)
        }
    }
}
