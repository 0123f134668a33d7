import TestSupport
import Testing

@testable import WeChatClient

/// `Fixtures/WeChat`: the bytes that the client and the mock must agree about, read from the
/// client's side.
@Suite struct FixtureTests {
    /// What a fixture's answer means to the client.
    private enum Meaning {
        case token(seconds: Int)
        case session(openID: String, unionID: String)
        case error(WeChatError)
    }

    private static let meanings: [String: Meaning] = [
        "token/success": .token(seconds: 7200),
        "token/unknown-appid": .error(.refused(errcode: 40013)),
        "token/wrong-secret": .error(.refused(errcode: 40125)),
        "stable_token/success": .token(seconds: 7200),
        "stable_token/of-the-client": .token(seconds: 7200),
        "stable_token/same-token-later": .token(seconds: 345),
        "stable_token/get-refused": .error(.refused(errcode: 43002)),
        "jscode2session/success": .session(
            openID: "ojAah5LpJSJLp-LkJN_eUVsjb6l7",
            unionID: "oA_LVyxyZdzvSMBZgywX5FUbITmJ"
        ),
        "jscode2session/unknown-code": .error(.invalidCode),
        "jscode2session/code-used": .error(.invalidCode),
        "jscode2session/busy": .error(.refused(errcode: -1)),
        "getwxacodeunlimit/unknown-token": .error(.tokenRefused(errcode: 40001)),
        "getwxacodeunlimit/expired-token": .error(.tokenRefused(errcode: 42001)),
        "getwxacodeunlimit/scene-too-long": .error(.refused(errcode: 40169)),
        "getwxacodeunlimit/unknown-member": .error(.refused(errcode: 47001)),
        "getwxacodeunlimit/unknown-page": .error(.refused(errcode: 41030)),
        "getwxacodeunlimit/of-the-client": .error(.refused(errcode: 41030)),
    ]

    /// The fixtures of the calls we make.
    private static let ours = WireCase.all.filter {
        ["token", "stable_token", "jscode2session", "getwxacodeunlimit"].contains($0.call)
    }

    @Test func `every fixture of our calls has a meaning here`() {
        #expect(Set(Self.ours.map(\.name)) == Set(Self.meanings.keys))
    }

    @Test(arguments: ours)
    func `the client understands an answer as its file's name says`(
        wireCase: WireCase
    ) async throws {
        let meaning = try #require(Self.meanings[wireCase.name])
        let stage = ClientStage()
        let script = try wireCase.exchange().answer.script()
        switch wireCase.call {
        case "jscode2session":
            stage.wechat.always(ClientStage.sessionPath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                .session(try await stage.client.session(forCode: "code"))
            }
        case "getwxacodeunlimit":
            stage.wechat.always(ClientStage.codePath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                _ = try await stage.client.unlimitedCode(scene: "scene")
                return .picture
            }
        default:
            stage.wechat.always(ClientStage.tokenPath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                _ = try await stage.client.accessToken()
                return .token(seconds: stage.client.accessTokenSecondsLeft())
            }
        }
    }

    private enum Outcome {
        case token(seconds: Int?)
        case session(CodeSession)
        case picture
    }

    private func check(
        _ meaning: Meaning,
        _ call: () async throws(WeChatError) -> Outcome
    ) async throws {
        do throws(WeChatError) {
            switch (try await call(), meaning) {
            case (.token(let seconds), .token(let expected)):
                #expect(seconds == expected)
            case (.session(let session), .session(let openID, let unionID)):
                #expect(session == CodeSession(openID: openID, unionID: unionID))
            case (let outcome, _):
                Issue.record("\(outcome)")
            }
        } catch {
            guard case .error(let expected) = meaning else { throw error }
            #expect(error == expected)
        }
    }

    @Test func `the client's jscode2session is the fixture's, byte for byte`() async throws {
        let wireCase = WireCase(name: "jscode2session/success")
        let stage = ClientStage()
        _ = try await stage.client.session(forCode: try wireCase.prepared("code"))
        try expect(stage.wechat.calls[0], is: wireCase)
    }

    @Test func `the client's stable_token is the fixture's, byte for byte`() async throws {
        let stage = ClientStage()
        _ = try await stage.client.accessToken()
        try expect(stage.wechat.calls[0], is: WireCase(name: "stable_token/of-the-client"))
    }

    @Test func `the client's getwxacodeunlimit is the fixture's, byte for byte`() async throws {
        let wireCase = WireCase(name: "getwxacodeunlimit/of-the-client")
        // A page that is unknown: the fixture shows that every member before it was understood.
        let stage = ClientStage(page: "pages/none/none")
        let token = try wireCase.prepared("access_token")
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token(token))
        _ = try await stage.client.unlimitedCode(scene: "ABCDEFGHIJKLMNOPQRSTUVWX")
        try expect(stage.wechat.calls[1], is: wireCase)
    }

    private func expect(
        _ call: ScriptedWeChat.Call,
        is wireCase: WireCase,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let request = try wireCase.exchange().request
        #expect(call.line + " HTTP/1.1" == request.line, sourceLocation: location)
        #expect(call.server == "https://\(request.fields["Host"] ?? "")", sourceLocation: location)
        #expect(call.body == request.body, sourceLocation: location)
        #expect(call.contentType == request.fields["Content-Type"], sourceLocation: location)
    }
}
