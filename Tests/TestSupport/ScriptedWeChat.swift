import Foundation
package import HTTPTransport
import HTTPTypes
import Synchronization

/// WeChat in memory, at the level of bytes: a second, much simpler model of what it does.
///
/// Not the mock: it shares nothing with it, so that client and mock cannot agree on a mistake.
/// What a test wants to go wrong it says in `next`.
package final class ScriptedWeChat: HTTPTransport {
    private let state = Mutex(State())
    private let arrivals = Watchpoint()
    private let releases = Watchpoint()

    package struct State {
        /// Every call: its path and query, in order.
        package var calls: [Call] = []
        /// What the next calls of a path answer instead, first come first.
        var scripts: [String: [Script]] = [:]
        /// Every call of a path answers so, until it is taken away.
        var always: [String: Script] = [:]
        var tokenNumber = 1
        /// Access tokens that pictures are refused to, and why.
        var refused: [String: Int] = [:]
        /// Scenes by the picture they were put in.
        var codes: [String: String] = [:]
        var heldPaths: Set<String> = []
        /// Of people, by name.
        var unionIDs: [String: String] = [:]
    }

    package struct Call: Sendable, Equatable {
        package var path: String
        package var query: [String: String]
        package var body: String
        /// The method and the target, as in the first line of the request.
        package var line: String
        /// The scheme and the authority.
        package var server: String
        package var contentType: String?
        package var timeout: Duration
        package var answerBytesMax: Int
    }

    /// What a call answers.
    package enum Script: Sendable {
        case json(String)
        case status(Int, String)
        case bytes([UInt8])
        /// A status, a content type that may lie, and a body.
        case answer(Int, type: String, [UInt8])
        case fails(HTTPTransportError)
    }

    package static let tokenPath = "/cgi-bin/stable_token"
    package static let sessionPath = "/sns/jscode2session"
    package static let codePath = "/wxa/getwxacodeunlimit"

    package init() {}

    package var calls: [Call] { state.withLock { $0.calls } }

    /// From now on a person has a unionid.
    package func bind(_ person: String, to unionID: String) {
        state.withLock { $0.unionIDs[person] = unionID }
    }

    package func calls(to path: String) -> [Call] {
        calls.filter { $0.path == path }
    }

    /// The next call of `path` answers so; said twice, the next two.
    package func next(_ path: String, _ script: Script) {
        state.withLock { $0.scripts[path, default: []].append(script) }
    }

    /// Every call of `path` answers so; nil ends it.
    package func always(_ path: String, _ script: Script?) {
        state.withLock { $0.always[path] = script }
    }

    /// Pictures are refused to this access token from now on.
    package func refuse(_ token: String, errcode: Int = 40001) {
        state.withLock { $0.refused[token] = errcode }
    }

    /// Calls of `path` wait until `release`.
    package func hold(_ path: String) {
        state.withLock { _ = $0.heldPaths.insert(path) }
    }

    package func release() {
        state.withLock { $0.heldPaths = [] }
        releases.changed()
    }

    /// Returns once so many calls of `path` have come.
    package func arrived(_ path: String, atLeast count: Int) async {
        await arrivals.wait { [self] in calls(to: path).count >= count }
    }

    /// The scene a picture carries.
    ///
    /// What only WeChat can do.
    package func scene(in picture: [UInt8]) -> String? {
        state.withLock { $0.codes[String(decoding: picture.dropFirst(8), as: UTF8.self)] }
    }

    package func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let made = Self.read(call)
        state.withLock { $0.calls.append(made) }
        arrivals.changed()
        await releases.wait { [self] in state.withLock { !$0.heldPaths.contains(made.path) } }
        if Task.isCancelled { throw .cancelled }
        let answer = try answer(made)
        // As the real transport does.
        guard answer.body.count <= call.answerBytesMax else { throw .answerTooLarge }
        return answer
    }

    private func answer(_ call: Call) throws(HTTPTransportError) -> HTTPAnswer {
        let script: Script = state.withLock { state in
            if var scripts = state.scripts[call.path], !scripts.isEmpty {
                let first = scripts.removeFirst()
                state.scripts[call.path] = scripts
                return first
            }
            return state.always[call.path] ?? Self.usual(call, &state)
        }
        switch script {
        case .json(let text): return Self.ok(Array(text.utf8))
        case .bytes(let bytes): return Self.ok(bytes)
        case .status(let status, let text):
            return HTTPAnswer(
                HTTPResponse(status: HTTPResponse.Status(code: status)),
                body: Array(text.utf8)
            )
        case .answer(let status, let type, let body):
            return HTTPAnswer(
                HTTPResponse(
                    status: HTTPResponse.Status(code: status),
                    headerFields: [.contentType: type]
                ),
                body: body
            )
        case .fails(let error): throw error
        }
    }

    private static func usual(_ call: Call, _ state: inout State) -> Script {
        switch call.path {
        case tokenPath:
            if call.body.contains(#""force_refresh":true"#) { state.tokenNumber += 1 }
            return .json(#"{"access_token":"token-\#(state.tokenNumber)","expires_in":7200}"#)
        case sessionPath:
            // The code names the person: code-alice-1 is alice's first.
            let code = call.query["js_code"] ?? ""
            let person = code.split(separator: "-").dropFirst().first.map(String.init) ?? "nobody"
            let openID = "o" + person + String(repeating: "0", count: max(0, 27 - person.count))
            let unionID = state.unionIDs[person].map { #","unionid":"\#($0)""# } ?? ""
            return .json(
                #"{"session_key":"SESSIONKEYCANARY0000000==","openid":"\#(openID)"\#(unionID)}"#
            )
        case codePath:
            if let errcode = state.refused[call.query["access_token"] ?? ""] {
                return .json(#"{"errcode":\#(errcode),"errmsg":"access_token"}"#)
            }
            guard let json = try? JSONSerialization.jsonObject(with: Data(call.body.utf8)),
                let scene = (json as? [String: Any])?["scene"] as? String
            else { return .json(#"{"errcode":47001,"errmsg":"data format error"}"#) }
            // A picture that only this WeChat can read: PNG's first bytes, then a number.
            let label = "picture-\(state.codes.count + 1)"
            state.codes[label] = scene
            return .bytes([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(label.utf8))
        default:
            return .json(#"{"errcode":40066,"errmsg":"invalid url"}"#)
        }
    }

    private static func ok(_ body: [UInt8]) -> HTTPAnswer {
        HTTPAnswer(HTTPResponse(status: .ok), body: body)
    }

    private static func read(_ call: HTTPCall) -> Call {
        let target = call.request.path ?? ""
        let parts = target.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
            query[sides[0]] = (sides.count > 1 ? sides[1] : "").removingPercentEncoding
        }
        return Call(
            path: String(parts.first ?? ""),
            query: query,
            body: String(decoding: call.body, as: UTF8.self),
            line: "\(call.request.method) \(target)",
            server: "\(call.request.scheme ?? "")://\(call.request.authority ?? "")",
            contentType: call.request.headerFields[.contentType],
            timeout: call.timeout,
            answerBytesMax: call.answerBytesMax
        )
    }
}
