import Foundation
import TestSupport
import Testing

@testable import WeChatClient

/// `Fixtures/WeChat`: the bytes that the client and the mock must agree about, read from the
/// client's side.
@Suite struct FixtureTests {
    /// What a fixture's answer means to the client.
    private enum Meaning {
        case token(seconds: Int)
        case session(openID: String, unionID: String?)
        case phoneNumber(String)
        case error(WeChatError)
    }

    /// The reactions that the numbers ask for; every other number is just refused.
    private static let reactions: [Int: WeChatError] = [
        40029: .invalidCode,
        40163: .invalidCode,
        40226: .userBlocked,
        45009: .quotaReached(errcode: 45009),
        45011: .quotaReached(errcode: 45011),
        40001: .tokenRefused(errcode: 40001),
        40014: .tokenRefused(errcode: 40014),
        42001: .tokenRefused(errcode: 42001),
    ]

    /// The paths of the calls we make; the mock's other token call has the same answers as ours.
    private static let paths = [
        "/cgi-bin/token", ClientStage.tokenPath, ClientStage.sessionPath, ClientStage.codePath,
        ClientStage.phoneNumberPath,
    ]

    /// The fixtures whose last exchange is one of our calls, and is written out in the file.
    private static let ours = WireCase.all.filter { wireCase in
        guard let exchange = try? wireCase.exchange() else { return false }
        return paths.contains(path(of: exchange.request)) && !exchange.answer.body.hasPrefix("{{")
    }

    private static func path(of request: WireCase.Message) -> String {
        let target = request.line.split(separator: " ").dropFirst().first ?? ""
        return String(target.prefix { $0 != "?" })
    }

    /// A file that begins with a number is about that refusal; the others say it in their answer.
    private static func meaning(of wireCase: WireCase) throws -> Meaning {
        let body = try wireCase.exchange().answer.body
        let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let number = wireCase.title.prefixMatch(of: /-?[0-9]+/).flatMap { Int($0.output) }
        // The code of another app is to us what it is to its own: none.
        if wireCase.name == "getuserphonenumber/40013-code-of-another-app" {
            return .error(.invalidCode)
        }
        if let info = json?["phone_info"] as? [String: Any] {
            let country = try #require(info["countryCode"] as? String)
            let national = try #require(info["purePhoneNumber"] as? String)
            return .phoneNumber("+\(country)\(national)")
        }
        if json?["errcode"] != nil || number != nil && json?["openid"] == nil {
            let errcode = try #require(number ?? json?["errcode"] as? Int)
            return .error(reactions[errcode] ?? .refused(errcode: errcode))
        }
        if let seconds = json?["expires_in"] as? Int { return .token(seconds: seconds) }
        return .session(
            openID: try #require(json?["openid"] as? String),
            unionID: json?["unionid"] as? String
        )
    }

    @Test func `there are fixtures of each of our calls`() throws {
        for path in Self.paths {
            let count = try Self.ours.filter { try Self.path(of: $0.exchange().request) == path }
                .count
            #expect(count >= 8, "\(path)")
        }
    }

    @Test(arguments: ours)
    func `the client understands an answer as its file's name says`(
        wireCase: WireCase
    ) async throws {
        let meaning = try Self.meaning(of: wireCase)
        let stage = ClientStage()
        let exchange = try wireCase.exchange()
        let script = try exchange.answer.script()
        switch Self.path(of: exchange.request) {
        case ClientStage.sessionPath:
            stage.wechat.always(ClientStage.sessionPath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                .session(try await stage.client.session(forCode: "code"))
            }
        case ClientStage.codePath:
            stage.wechat.always(ClientStage.codePath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                _ = try await stage.client.unlimitedCode(scene: "scene")
                return .picture
            }
        case ClientStage.phoneNumberPath:
            stage.wechat.always(ClientStage.phoneNumberPath, script)
            try await check(meaning) { () async throws(WeChatError) -> Outcome in
                .phoneNumber(try await stage.client.phoneNumber(forCode: "code"))
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
        case phoneNumber(WeChatPhoneNumber)
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
            case (.phoneNumber(let number), .phoneNumber(let expected)):
                #expect(number.exposed == expected)
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

    @Test func `the client's getuserphonenumber is the fixture's, byte for byte`() async throws {
        let wireCase = WireCase(name: "getuserphonenumber/success")
        let stage = ClientStage()
        let token = try wireCase.prepared("access_token")
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token(token))
        let request = try wireCase.exchange().request
        let body = try JSONDecoder().decode([String: String].self, from: Data(request.body.utf8))
        _ = try await stage.client.phoneNumber(forCode: try #require(body["code"]))
        let call = stage.wechat.calls[1]
        #expect(call.line + " HTTP/1.1" == request.line)
        #expect(call.body == request.body)
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
