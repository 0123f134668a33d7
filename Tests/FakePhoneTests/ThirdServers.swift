import FakePhone
import Foundation
import HTTPTransport
import HTTPTypes
import Synchronization

/// A scan login of a third design, in memory, and as much of the mock as it needs.
///
/// Its pages ask by poll and number nothing, its refusals come under 200, it ignores members that it
/// does not know, and it looks at no `Origin`. What it defends, it defends in its own way.
final class ThirdServers: HTTPTransport, WatchDialer {
    /// How it may be worse, or better.
    enum Flaw: Sendable {
        case none
        case believesTheUser
        case believesTheRole
        case letsSessionsOutliveALogout
        case letsTheSecondPhoneWin
        case breaksOnAFastConfirm
        case refusesScansFromPictures
    }

    static let adapter = """
        adapter: 1
        name: third
        success: { json: ok, is: "true" }
        browser:
          open:
            method: POST
            path: /qr
            take: { picture: img }
          complete:
            method: POST
            path: /qr/finish
            take: { userid: who.id, role: who.role? }
          session: { method: GET, path: /me, take: { userid: who.id, role: who.role? } }
          logout: { method: POST, path: /logout }
        watch:
          poll: { path: /qr/state, again: /qr/state }
          message: { state: s, states: { wait: created, done: confirmed } }
        phone:
          login:
            method: POST
            path: /wx/login
            json: { code: "{js_code}" }
            take: { bearer: key, userid: me }
          scan:
            method: POST
            path: /wx/scan
            json: { key: "{bearer}", scene: "{scene}", launch: "{launch:int}" }
            take: { pass: pass }
          confirm:
            method: POST
            path: /wx/confirm
            json: { key: "{bearer}", scene: "{scene}", pass: "{pass}" }
        """

    private struct Code {
        var scene: String
        var owner: String?
        var pass = ""
        var scannedAt = Duration.zero
        var winner: JSONValue?
        var isFinished = false
    }

    private struct World {
        /// By the page's cookie.
        var codes: [String: Code] = [:]
        var logins: [String: JSONValue] = [:]
        var jsCodes: [String: String] = [:]
        var keys: [String: String] = [:]
        var users: [String] = []
        var people = ["alice", "bob", "carol", "mallory"]
        var counter = 0

        mutating func fresh(_ prefix: String) -> String {
            counter += 1
            return "\(prefix)-\(counter)-abcdefghijklmnop"
        }

        mutating func id(_ person: String) -> Int {
            if !users.contains(person) { users.append(person) }
            return (users.firstIndex(of: person) ?? 0) + 1
        }
    }

    let time = VirtualTime()
    private let flaw: Flaw
    private let world = Mutex(World())

    init(_ flaw: Flaw = .none) { self.flaw = flaw }

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let path = String((call.request.path ?? "").prefix { $0 != "?" })
        let isLogin = "http://\(call.request.authority ?? "")" == ModelServers.login
        return world.withLock { world in
            isLogin ? login(path, call, &world) : weChat(path, call, &world)
        }
    }

    // MARK: The login server

    private func login(_ path: String, _ call: HTTPCall, _ world: inout World) -> HTTPAnswer {
        let json = JSONValue(call.body) ?? .null
        let cookies = call.request.headerFields[.cookie] ?? ""
        let page = world.codes.keys.sorted().last { cookies.contains("page=\($0)") }
        switch path {
        case "/qr":
            let (page, scene) = (world.fresh("page"), world.fresh("scene"))
            world.codes[page] = Code(scene: scene)
            let image = Data(ModelServers.png(scene)).base64EncodedString()
            return ok(["img": .string("data:image/png;base64,\(image)")], cookie: "page=\(page)")
        case "/qr/state":
            guard let page, let code = world.codes[page] else { return no("no page") }
            return ok(["s": code.winner == nil ? "wait" : "done"])
        case "/qr/finish":
            guard let page, let winner = world.codes[page]?.winner,
                world.codes[page]?.isFinished == false
            else { return no("nothing to finish") }
            world.codes[page]?.isFinished = true
            let login = world.fresh("login")
            world.logins[login] = winner
            return ok(["who": winner], cookie: "login=\(login)")
        case "/me":
            let login = world.logins.keys.sorted().last { cookies.contains("login=\($0)") }
            guard let login, let user = world.logins[login] else { return no("nobody") }
            return ok(["who": user])
        case "/logout":
            for login in world.logins.keys.sorted() where cookies.contains("login=\(login)") {
                if flaw != .letsSessionsOutliveALogout { world.logins[login] = nil }
            }
            return ok([:], cookie: "login=")
        case "/wx/login":
            guard let person = world.jsCodes.removeValue(forKey: json["code"]?.string ?? "") else {
                return no("bad code")
            }
            let key = world.fresh("key")
            world.keys[key] = person
            return ok(["key": .string(key), "me": .int(world.id(person))])
        case "/wx/scan", "/wx/confirm":
            return phone(path, json, &world)
        default:
            return HTTPAnswer(HTTPResponse(status: .notFound))
        }
    }

    private func phone(_ path: String, _ json: JSONValue, _ world: inout World) -> HTTPAnswer {
        let scene = json["scene"]?.string
        guard let person = world.keys[json["key"]?.string ?? ""],
            let page = world.codes.keys.sorted().first(where: { world.codes[$0]?.scene == scene }),
            var code = world.codes[page], code.winner == nil
        else { return no("gone") }
        if path == "/wx/scan" {
            guard flaw == .letsTheSecondPhoneWin || (code.owner ?? person) == person else {
                return no("gone")
            }
            if flaw == .refusesScansFromPictures, json["launch"] != 1047 {
                return no("no pictures")
            }
            code.owner = person
            code.pass = world.fresh("pass")
            code.scannedAt = time.now
            world.codes[page] = code
            return ok(["pass": .string(code.pass)])
        }
        guard code.owner == person, json["pass"]?.string == code.pass else { return no("gone") }
        guard time.now - code.scannedAt >= .milliseconds(700) else {
            if flaw != .breaksOnAFastConfirm { return no("read first") }
            return HTTPAnswer(HTTPResponse(status: .internalServerError))
        }
        var winner: [String: JSONValue] = ["id": .int(world.id(person)), "role": "user"]
        if flaw == .believesTheUser, let id = json["userid"]?.string.flatMap({ Int($0) }) {
            winner["id"] = .int(id)
        }
        if flaw == .believesTheRole, let role = json["role"] { winner["role"] = role }
        world.codes[page]?.winner = .object(winner)
        return ok([:])
    }

    // MARK: The mock

    private func weChat(_ path: String, _ call: HTTPCall, _ world: inout World) -> HTTPAnswer {
        let parts = path.split(separator: "/")
        if parts.count == 4, parts[1] == "phones" {
            if parts[3] == "login" {
                let code = world.fresh("js")
                world.jsCodes[code] = String(parts[2])
                return plain(["code": .string(code)])
            }
            let scenes = world.codes.values.map(\.scene) + (1...world.counter).map(String.init)
            guard let scene = scenes.first(where: { ModelServers.png($0) == call.body }) else {
                return HTTPAnswer(HTTPResponse(status: .unprocessableContent))
            }
            let how = call.request.path ?? ""
            let launch = how.hasSuffix("album") ? 1049 : how.hasSuffix("longpress") ? 1048 : 1047
            return plain([
                "appid": "wx1", "path": "p", "query": ["scene": .string(scene)],
                "scene": .int(launch),
            ])
        }
        if path == "/_mock/people" {
            world.people.append(JSONValue(call.body)?["name"]?.string ?? "?")
        }
        return plain([
            "id": "1", "people": .array(world.people.map { ["name": .string($0)] }),
        ])
    }

    // MARK: Answers

    private func ok(_ members: [String: JSONValue], cookie: String? = nil) -> HTTPAnswer {
        var answer = plain(members.merging(["ok": true]) { own, _ in own })
        if let cookie { answer.response.headerFields[.setCookie] = "\(cookie); Path=/" }
        return answer
    }

    private func no(_ why: String) -> HTTPAnswer { plain(["ok": false, "why": .string(why)]) }

    private func plain(_ members: [String: JSONValue]) -> HTTPAnswer {
        HTTPAnswer(HTTPResponse(status: .ok), body: JSONValue.object(members).bytes)
    }

    // MARK: WatchDialer

    func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        throw .unreachable("the design has no WebSocket")
    }

    func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        throw .unreachable("the design has no event stream")
    }
}
