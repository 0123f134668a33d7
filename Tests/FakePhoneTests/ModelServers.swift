import FakePhone
import Foundation
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

/// A small second model of both servers, in memory.
///
/// It keeps the contract's rules and fails loudly on a call that the contract does not know.
final class ModelServers: HTTPTransport, WatchDialer {
    static let login = "http://127.0.0.1:8080"
    static let weChat = "http://127.0.0.1:9090"

    private struct Attempt {
        var scene: String
        var cookie: String
        var state = AttemptState.created
        var seq = 1
        var diesAt: Duration
        var owner: String?
        var nonce = ""
        var scannedAt = Duration.zero
        var isCompleted = false
        var inbox: WatchInbox?
    }

    private struct World {
        var attempts: [Attempt] = []
        var sessions: [String: String] = [:]
        var jsCodes: [String: String] = [:]
        var phones: [String: String] = [:]
        var busy = 0
        var faults: [String] = []
        var journal: [String] = []
        var isTokenDead = false
        var counter = 0
        var newPeople: [String] = []
        var wrongScenes = 0

        mutating func fresh(_ prefix: String) -> String {
            counter += 1
            return "\(prefix)-\(counter)-0123456789"
        }
    }

    /// How the model may be made to misbehave.
    enum Flaw: Sendable {
        case none
        case pushesTheWrongState
        case skipsASequenceNumber
        case forgetsRetryAfter
        case namesAnotherUser
        case differsInRefusals
        /// `GET /login` names a user in a header field, whoever asks.
        case tellsUserInAField
        /// 404 in place of a complaint for a call that the contract does not know.
        case answersEverything
        /// After ten wrong scenes there is no answer to any.
        case throttlesGuesses
    }

    let time = VirtualTime()
    private let world = Mutex(World())
    private let flaw: Flaw
    private let sceneSeconds: Int

    init(_ flaw: Flaw = .none, sceneSeconds: Int = 120) {
        self.flaw = flaw
        self.sceneSeconds = sceneSeconds
        time.whenSlept { [weak self] in self?.expire() }
    }

    /// People that were made.
    var newPeople: [String] { world.withLock(\.newPeople) }
    /// Faults that are set now.
    var faults: [String] { world.withLock(\.faults) }
    /// Watches that are open now.
    var openWatches: Int { watches.withLock(\.self) }
    private let watches = Mutex(0)

    func runner(_ adapter: Adapter = .scanLogin) throws -> ScenarioRunner {
        var runner = ScenarioRunner(
            login: try #require(ServerAddress(Self.login, name: "login-server")),
            weChat: try #require(ServerAddress(Self.weChat, name: "mock-wechat")),
            transport: self,
            dialer: self,
            time: time.phoneTime,
            dice: Dice(seed: 7)
        )
        runner.adapter = adapter
        return runner
    }

    // MARK: HTTPTransport

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let path = call.request.path ?? ""
        let route = "\(call.request.method.rawValue) \(path.prefix { $0 != "?" })"
        let isLogin = "http://\(call.request.authority ?? "")" == Self.login
        let answer = world.withLock { world in
            isLogin ? login(route, call, &world) : weChat(route, path, call, &world)
        }
        guard let answer else {
            if flaw == .answersEverything { return HTTPAnswer(HTTPResponse(status: .notFound)) }
            Issue.record("the contract knows no \(route)")
            throw .unreachable
        }
        return answer
    }

    // MARK: The login server

    private func login(_ route: String, _ call: HTTPCall, _ world: inout World) -> HTTPAnswer? {
        if route.hasPrefix("POST /mp/") { return phone(route, call, &world) }
        if route.hasPrefix("POST ") {
            let guardName = HTTPField.Name("X-SL")
            guard call.request.headerFields[.origin] == Self.login, let guardName,
                call.request.headerFields[guardName] == "1"
            else { return refusal(403, "csrf") }
        }
        let cookies = call.request.headerFields[.cookie] ?? ""
        let place = world.attempts.firstIndex { cookies.contains("attempt=\($0.cookie)") }
        switch route {
        case "POST /attempt":
            if world.busy > 0 {
                world.busy -= 1
                var answer = refusal(503, "wechat_unavailable")
                if flaw != .forgetsRetryAfter { answer.response.headerFields[.retryAfter] = "3" }
                return answer
            }
            if world.isTokenDead {
                world.isTokenDead = false
                world.journal.append("/cgi-bin/stable_token")
            }
            if let place { change(&world, place, to: .superseded) }
            let attempt = Attempt(
                scene: world.fresh("scene"),
                cookie: world.fresh("cookie"),
                diesAt: time.now + .seconds(sceneSeconds)
            )
            world.attempts.append(attempt)
            let image = Data(Self.png(attempt.scene)).base64EncodedString()
            var answer = ok([
                "image": .string("data:image/png;base64,\(image)"), "state": "created", "seq": 1,
                "expires_in": .int(sceneSeconds),
            ])
            answer.response.headerFields[.setCookie] = "attempt=\(attempt.cookie); Path=/; HttpOnly"
            return answer
        case "GET /login":
            var answer = HTTPAnswer(HTTPResponse(status: .ok), body: Array("<html>".utf8))
            if flaw == .tellsUserInAField, let name = HTTPField.Name("X-User") {
                answer.response.headerFields[name] = "somebody"
            }
            return answer
        case "GET /attempt":
            guard let place else { return refusal(403, "no_attempt") }
            let attempt = world.attempts[place]
            return ok([
                "state": .string(attempt.state.rawValue), "seq": .int(attempt.seq),
                "expires_in": .int(left(attempt)),
            ])
        case "POST /attempt/complete":
            guard let place else { return refusal(403, "no_attempt") }
            guard world.attempts[place].state == .confirmed else {
                return refusal(409, "not_confirmed")
            }
            guard !world.attempts[place].isCompleted else {
                return refusal(409, "already_completed")
            }
            world.attempts[place].isCompleted = true
            let session = world.fresh("session")
            let owner = world.attempts[place].owner ?? "?"
            world.sessions[session] = owner
            var answer = ok(["user": user(owner), "redirect": "/"])
            answer.response.headerFields[.setCookie] = "session=\(session); Path=/; HttpOnly"
            return answer
        case "POST /attempt/cancel":
            guard let place else { return refusal(403, "no_attempt") }
            change(&world, place, to: .cancelled)
            return ok(.null)
        case "GET /session":
            let session = world.sessions.keys.sorted().first { cookies.contains("session=\($0)") }
            guard let session, let owner = world.sessions[session] else {
                return refusal(401, "no_session")
            }
            return ok(["user": user(owner), "expires_in": 1800])
        case "POST /session/logout":
            for key in world.sessions.keys.sorted() where cookies.contains("session=\(key)") {
                world.sessions[key] = nil
            }
            var answer = ok(.null)
            answer.response.headerFields[.setCookie] = "session=; Path=/; Max-Age=0"
            return answer
        default:
            return nil
        }
    }

    private func phone(_ route: String, _ call: HTTPCall, _ world: inout World) -> HTTPAnswer? {
        let json = JSONValue(call.body) ?? .null
        if route == "POST /mp/session" {
            let code = json["js_code"]?.string ?? ""
            guard let person = world.jsCodes.removeValue(forKey: code) else {
                return refusal(401, "invalid_code")
            }
            let token = world.fresh("token")
            world.phones[token] = person
            return ok([
                "token": .string(token), "expires_in": 900, "is_new": false, "user": user(person),
            ])
        }
        let bearer = (call.request.headerFields[.authorization] ?? "").dropFirst("Bearer ".count)
        guard let person = world.phones[String(bearer)] else {
            return refusal(401, "no_phone_session")
        }
        let scene = json["scene"]?.string
        let place = world.attempts.firstIndex { $0.scene == scene }
        let dead = refusal(410, "scene_unavailable")
        guard let place else {
            world.wrongScenes += 1
            if flaw == .throttlesGuesses, world.wrongScenes > 10 {
                return refusal(429, "rate_limited")
            }
            return flaw == .differsInRefusals ? refusal(410, "scene_unavailable", "unknown") : dead
        }
        let attempt = world.attempts[place]
        guard attempt.owner ?? person == person, !attempt.state.isLast, !attempt.isCompleted
        else { return dead }
        switch route {
        case "POST /mp/scan":
            world.attempts[place].owner = person
            world.attempts[place].nonce = world.fresh("nonce")
            world.attempts[place].scannedAt = time.now
            change(&world, place, to: .scanned)
            return ok(["nonce": .string(world.attempts[place].nonce), "expires_in": 60])
        case "POST /mp/confirm", "POST /mp/cancel":
            guard json["nonce"]?.string == attempt.nonce, attempt.state == .scanned else {
                return dead
            }
            if route == "POST /mp/cancel" {
                change(&world, place, to: .cancelled)
                return ok(.null)
            }
            guard time.now - attempt.scannedAt >= .milliseconds(700) else {
                return refusal(409, "too_fast")
            }
            change(&world, place, to: .confirmed)
            return ok(.null)
        default:
            return nil
        }
    }

    private func change(_ world: inout World, _ place: Int, to state: AttemptState) {
        guard !world.attempts[place].state.isLast else { return }
        world.attempts[place].state = state
        world.attempts[place].seq += flaw == .skipsASequenceNumber ? 2 : 1
        tell(world.attempts[place])
    }

    private func tell(_ attempt: Attempt) {
        let said = flaw == .pushesTheWrongState ? AttemptState.confirmed : attempt.state
        attempt.inbox?.put(
            .push(Push(state: said, seq: attempt.seq, expiresInSeconds: left(attempt)))
        )
        if attempt.state.isLast { attempt.inbox?.put(.closed(code: 1000)) }
    }

    private func left(_ attempt: Attempt) -> Int {
        attempt.state.isLast ? 0 : Int((attempt.diesAt - time.now).components.seconds)
    }

    private func expire() {
        world.withLock { world in
            for place in world.attempts.indices
            where world.attempts[place].state == .created
                && world.attempts[place].diesAt <= time.now
            {
                change(&world, place, to: .expired)
            }
        }
    }

    // MARK: The mock

    private func weChat(
        _ route: String,
        _ path: String,
        _ call: HTTPCall,
        _ world: inout World
    ) -> HTTPAnswer? {
        let parts = route.split(separator: "/")
        if route.hasPrefix("POST /_mock/phones/"), parts.count == 5 {
            let person = String(parts[3])
            if parts[4] == "login" {
                let code = world.fresh("js")
                world.jsCodes[code] = person
                return plain(200, ["code": .string(code), "errMsg": "login:ok"])
            }
            guard let attempt = world.attempts.first(where: { Self.png($0.scene) == call.body })
            else { return plain(422, ["error": "no_code_found"]) }
            let launch = path.hasSuffix("album") ? 1049 : path.hasSuffix("longpress") ? 1048 : 1047
            return plain(
                200,
                [
                    "appid": "wx0123456789abcdef", "path": "pages/confirm/confirm",
                    "query": [
                        "scene": .string(attempt.scene.replacingOccurrences(of: "-", with: "%2D"))
                    ],
                    "scene": .int(launch), "env_version": "release",
                ]
            )
        }
        switch route {
        case "GET /_mock/health": return plain(200, ["status": "ok"])
        case "GET /_mock/world":
            let people = ["alice", "bob", "carol", "mallory"] + world.newPeople
            return plain(200, ["people": .array(people.map { ["name": .string($0)] })])
        case "POST /_mock/people":
            let name = JSONValue(call.body)?["name"]?.string ?? "?"
            world.newPeople.append(name)
            return plain(200, ["name": .string(name)])
        case "GET /_mock/costs":
            return plain(200, ["apps": ["wx1": ["/cgi-bin/stable_token": ["calls": 3]]]])
        case "POST /_mock/clock":
            world.isTokenDead = true
            return plain(200, ["mode": "real"])
        case "POST /_mock/faults":
            world.busy = JSONValue(call.body)?["count"]?.int ?? 1
            let id = world.fresh("fault")
            world.faults.append(id)
            return plain(200, ["id": .string(id)])
        case "GET /_mock/journal":
            let entries = world.journal.enumerated().map { offset, endpoint in
                JSONValue.object(["seq": .int(offset + 1), "endpoint": .string(endpoint)])
            }
            return plain(200, ["entries": .array(entries), "dropped": 0])
        default:
            guard route.hasPrefix("DELETE /_mock/faults"), let id = parts.last else { return nil }
            world.faults.removeAll { $0 == id || id == "faults" }
            return plain(200, [:])
        }
    }

    // MARK: Answers

    private func ok(_ data: JSONValue) -> HTTPAnswer {
        plain(200, ["code": 200, "data": data, "msg": "ok"])
    }

    private func refusal(_ status: Int, _ error: String, _ why: String = "no") -> HTTPAnswer {
        plain(
            status,
            ["code": .int(status), "data": .null, "msg": .string(why), "error": .string(error)]
        )
    }

    private func plain(_ status: Int, _ json: JSONValue) -> HTTPAnswer {
        HTTPAnswer(HTTPResponse(status: .init(code: status)), body: json.bytes)
    }

    private func user(_ person: String) -> JSONValue {
        let id = flaw == .namesAnotherUser ? "user-somebody-\(time.now)" : "user-\(person)"
        return ["userid": .string(id), "role": "user", "nickName": "", "avatarUrl": ""]
    }

    /// The beginning of a PNG of 430 x 430, and the scene behind it.
    static func png(_ scene: String) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, 0, 1, 0xAE, 0, 0, 1, 0xAE] + Array(scene.utf8)
    }

    // MARK: WatchDialer

    func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        let inbox = WatchInbox(time: time.phoneTime)
        let isKnown = world.withLock { world in
            let place = world.attempts.firstIndex {
                (request.cookie ?? "").contains("attempt=\($0.cookie)")
            }
            guard let place else { return false }
            world.attempts[place].inbox?.put(.closed(code: 4001))
            world.attempts[place].inbox = inbox
            tell(world.attempts[place])
            return true
        }
        guard isKnown else { throw .refused(status: 403, body: []) }
        watches.withLock { $0 += 1 }
        return ModelWatch(inbox: inbox) { self.watches.withLock { $0 -= 1 } }
    }

    func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        try await openWebSocket(request)
    }

    private struct ModelWatch: Watch {
        let inbox: WatchInbox
        let onClose: @Sendable () -> Void

        func next(within patience: Duration) async -> WatchEvent? {
            await inbox.next(within: patience)
        }

        func close() async { onClose() }
    }
}
