import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// Many callers, one call: who asks WeChat for an access token, and who waits for whom.
@Suite(.timeLimit(.minutes(10))) struct AccessTokenSharingTests {
    private let stage = ClientStage()

    @Test func `T45 a thousand callers without an access token cause one call`() async throws {
        stage.wechat.hold(ClientStage.tokenPath)
        let texts = try await withThrowingTaskGroup { group in
            for _ in 0..<1000 {
                group.addTask { try await stage.client.accessToken().text }
            }
            await stage.waiters(999)
            stage.wechat.release()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts == Array(repeating: "token-1", count: 1000))
        #expect(stage.tokenCalls == 1)
    }

    @Test func `T45 five thousand pictures at once cause one call for a token`() async {
        let pictures = await together(5000) {
            try await stage.client.unlimitedCode(scene: "s\($0)")
        }
        #expect(pictures.values().count == 5000)
        #expect(stage.wechat.calls(to: ClientStage.codePath).count == 5000)
        #expect(stage.tokenCalls == 1)
    }

    @Test func `T45 an access token that ends under load is got anew by one call`() async throws {
        _ = try await stage.client.accessToken()
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        stage.time.advance(by: .seconds(7200))
        let pictures = await together(1000) {
            try await stage.client.unlimitedCode(scene: "s\($0)")
        }
        #expect(pictures.values().count == 1000)
        #expect(Set(stage.tokensUsed) == ["token-2"])
        #expect(stage.tokenCalls == 2)
    }

    @Test func `renewal starts at four fifths of the life and not before`() async throws {
        _ = try await stage.client.accessToken()
        stage.wechat.always(ClientStage.tokenPath, ClientStage.token("token-2"))
        stage.time.advance(by: .milliseconds(5_759_999))
        #expect(try await stage.client.accessToken().text == "token-1")
        #expect(stage.tokenCalls == 1)
        stage.time.advance(by: .milliseconds(1))
        #expect(try await stage.client.accessToken().text == "token-2")
        #expect(try await stage.client.accessToken().text == "token-2")
        #expect(stage.tokenCalls == 2)
        #expect(stage.forced == [false, false])
    }

    @Test func `T45 a stalled renewal keeps nobody waiting who has a live token`() async throws {
        _ = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(5760))
        stage.wechat.hold(ClientStage.tokenPath)
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        async let renewed = stage.client.accessToken().text
        await stage.wechat.arrived(ClientStage.tokenPath, atLeast: 2)
        // The renewal hangs: everybody else goes on with the old one until its real end.
        stage.time.advance(by: .milliseconds(1_439_999))
        let others = await together(1000) { _ in try await stage.client.accessToken().text }
        #expect(others.values() == Array(repeating: "token-1", count: 1000))
        stage.wechat.release()
        #expect(try await renewed == "token-2")
        #expect(try await stage.client.accessToken().text == "token-2")
        #expect(stage.tokenCalls == 2)
    }

    @Test func `callers wait for a stalled renewal once the old token has ended`() async throws {
        _ = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(5760))
        stage.wechat.hold(ClientStage.tokenPath)
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        async let renewed = stage.client.accessToken().text
        await stage.wechat.arrived(ClientStage.tokenPath, atLeast: 2)
        stage.time.advance(by: .seconds(1440))
        async let late = stage.client.accessToken().text
        await stage.waiters(1)
        stage.wechat.release()
        #expect(try await (renewed, late) == ("token-2", "token-2"))
        #expect(stage.tokenCalls == 2)
    }

    @Test func `an error reaches everybody who waits and is forgotten a second later`() async throws
    {
        stage.wechat.hold(ClientStage.tokenPath)
        stage.wechat.next(ClientStage.tokenPath, .fails(.timedOut))
        let errors = await withTaskGroup { group in
            for _ in 0..<1000 {
                group.addTask {
                    await error { () async throws(WeChatError) in
                        try await stage.client.accessToken()
                    }
                }
            }
            await stage.waiters(999)
            stage.wechat.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count { $0 == .transport(.timedOut) } == 1)
        #expect(errors.count { $0 == .backingOff } == 999)
        #expect(stage.tokenCalls == 1)

        stage.time.advance(by: .milliseconds(999))
        await #expect(throws: WeChatError.backingOff) { try await stage.client.accessToken() }
        #expect(stage.tokenCalls == 1)
        stage.time.advance(by: .milliseconds(1))
        #expect(try await stage.client.accessToken().text == "token-1")
        #expect(stage.tokenCalls == 2)
    }

    @Test func `when the one who asks goes away one of those who wait asks`() async throws {
        stage.wechat.hold(ClientStage.tokenPath)
        let asker = Task { try await stage.client.accessToken() }
        await stage.wechat.arrived(ClientStage.tokenPath, atLeast: 1)
        let texts = try await withThrowingTaskGroup { group in
            for _ in 0..<10 {
                group.addTask { try await stage.client.accessToken().text }
            }
            await stage.waiters(10)
            asker.cancel()
            stage.wechat.release()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await #expect(throws: WeChatError.transport(.cancelled)) { try await asker.value }
        #expect(texts == Array(repeating: "token-1", count: 10))
        #expect(stage.tokenCalls == 2)
    }

    @Test func `one who waits and is cancelled asks for nothing`() async throws {
        stage.wechat.hold(ClientStage.tokenPath)
        let asker = Task { try await stage.client.accessToken() }
        await stage.wechat.arrived(ClientStage.tokenPath, atLeast: 1)
        let waiter = Task { try await stage.client.accessToken() }
        await stage.waiters(1)
        waiter.cancel()
        asker.cancel()
        stage.wechat.release()
        await #expect(throws: WeChatError.transport(.cancelled)) { try await waiter.value }
        await #expect(throws: WeChatError.transport(.cancelled)) { try await asker.value }
        #expect(stage.tokenCalls == 1)
    }

    @Test func `a renewal that fails is tried again after half a minute`() async throws {
        _ = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(5760))
        stage.wechat.always(ClientStage.tokenPath, .status(500, "<html>"))
        for _ in 0..<10 { #expect(try await stage.client.accessToken().text == "token-1") }
        #expect(stage.tokenCalls == 2)
        stage.time.advance(by: .milliseconds(29_999))
        #expect(try await stage.client.accessToken().text == "token-1")
        #expect(stage.tokenCalls == 2)
        stage.time.advance(by: .milliseconds(1))
        #expect(try await stage.client.accessToken().text == "token-1")
        #expect(stage.tokenCalls == 3)
        // To its real end and no further.
        stage.time.advance(by: .milliseconds(1_409_999))
        #expect(try await stage.client.accessToken().text == "token-1")
        stage.time.advance(by: .milliseconds(1))
        await #expect(throws: WeChatError.backingOff) { try await stage.client.accessToken() }
        stage.time.advance(by: .seconds(1))
        await #expect(throws: WeChatError.unreadable("status")) {
            try await stage.client.accessToken()
        }
    }

    @Test func `a renewal that fails just before the end keeps nobody out after it`() async throws {
        _ = try await stage.client.accessToken()
        stage.wechat.next(ClientStage.tokenPath, .fails(.unreachable))
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        stage.time.advance(by: .seconds(7199))
        #expect(try await stage.client.accessToken().text == "token-1")
        stage.time.advance(by: .seconds(1))
        #expect(try await stage.client.accessToken().text == "token-2")
    }

    @Test func `the seconds that remain are those of the token in use`() async throws {
        #expect(stage.client.accessTokenSecondsLeft() == nil)
        _ = try await stage.client.accessToken()
        #expect(stage.client.accessTokenSecondsLeft() == 7200)
        stage.time.advance(by: .seconds(9000))
        #expect(stage.client.accessTokenSecondsLeft() == 0)
    }
}
