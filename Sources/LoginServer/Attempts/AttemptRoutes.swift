import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import WeChatClient
import WebSocketUpgrade

/// `/attempt*`: the browser's half of a login.
struct AttemptRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge

    func add(to router: Router<LoginContext>) {
        router.post("/attempt", use: open)
        router.get("/attempt", use: view)
        router.get("/attempt/events", use: stream)
        router.post("/attempt/complete", use: complete)
        router.post("/attempt/cancel", use: cancel)
    }

    @Sendable
    private func open(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        try await browser.admit(&request)
        let opened = try await service.openAttempt(
            superseding: browser.cookies.attempt(in: request.headers),
            browser: browser.facts(request, context)
        )
        var response = Envelope.ok(OpenedBody(opened))
        response.headers[.setCookie] = browser.cookies.setting(opened.cookie)
        return response
    }

    /// `?after=<seq>&wait=<seconds>` waits for the next state; without them it answers at once.
    @Sendable
    private func view(_ request: Request, _ context: LoginContext) async throws -> Response {
        let cookie = try browser.attempt(request)
        let after = try request.number("after")
        let wait = try request.number("wait")
        let view: AttemptView
        if let wait, wait > 0 {
            let seconds = min(wait, browser.limits.pollSecondsMax)
            view = try await service.view(
                cookie,
                after: after ?? 0,
                waitingFor: .seconds(seconds)
            )
        } else {
            view = try await service.view(cookie)
        }
        return Envelope.ok(ViewBody(view))
    }

    @Sendable
    private func stream(_ request: Request, _ context: LoginContext) async throws -> Response {
        let cookie = try browser.attempt(request)
        guard let place = browser.sockets.place(for: context.address) else {
            let wait = BrowserEdge.socketRetryAfterSeconds
            throw service.refuse("websockets_per_ip", wait)
        }
        return try await AttemptEventStream(service: service, limits: browser.limits)
            .response(to: cookie, at: place)
    }

    @Sendable
    private func complete(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        try await browser.admit(&request)
        let login = try await service.complete(
            browser.attempt(request),
            ending: browser.cookies.session(in: request.headers)
        )
        var response = Envelope.ok(CompletedBody(login, browser.origin))
        response.headers[values: .setCookie] = [
            browser.cookies.setting(login.session), browser.cookies.clearingAttempt,
        ]
        return response
    }

    @Sendable
    private func cancel(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        try await browser.admit(&request)
        try await service.cancelAttempt(browser.attempt(request))
        return Envelope.ok()
    }
}

// MARK: - What goes over the wire

private struct OpenedBody: Encodable {
    /// One of the two.
    var image: String?
    var link: String?
    var state: String
    var seq: Int
    var expiresIn: Int
    var supportCode: String

    enum CodingKeys: String, CodingKey {
        case image
        case link
        case state
        case seq
        case expiresIn = "expires_in"
        case supportCode = "support_code"
    }

    init(_ opened: OpenedAttempt) {
        switch opened.show {
        case .picture(let picture):
            let base64 = Data(picture.bytes).base64EncodedString()
            image = "data:\(picture.format.rawValue);base64,\(base64)"
        case .link(let address):
            link = address
        }
        state = opened.view.state.rawValue
        seq = opened.view.seq
        expiresIn = opened.view.expiresIn
        supportCode = "\(opened.supportCode)"
    }
}

private struct ViewBody: Encodable {
    var state: String
    var seq: Int
    var expiresIn: Int
    /// Left out unless the phone must type it now.
    var number: Int?

    enum CodingKeys: String, CodingKey {
        case state
        case seq
        case expiresIn = "expires_in"
        case number
    }

    init(_ view: AttemptView) {
        state = view.state.rawValue
        seq = view.seq
        expiresIn = view.expiresIn
        number = view.number
    }
}

private struct CompletedBody: Encodable {
    var user: UserBody
    var redirect: String

    init(_ login: CompletedLogin, _ origin: Origin) {
        user = UserBody(login.user, origin)
        redirect = login.redirect
    }
}

/// The four things a website learns of a user, under the names the ancestor gave them.
struct UserBody: Encodable {
    var userid: String
    var role: String
    var nickName: String
    var avatarUrl: String

    /// The picture's address is whole: websites show it too.
    init(_ user: User, _ origin: Origin) {
        userid = user.id.text
        role = user.role
        nickName = user.nickName
        avatarUrl = user.avatar.map { "\(origin)\($0.path)" } ?? ""
    }
}

/// One pushed message: state only, no identity (T15).
struct PushBody: Encodable {
    var type: String
    var seq: Int
    var expiresIn: Int

    enum CodingKeys: String, CodingKey {
        case type
        case seq
        case expiresIn = "expires_in"
    }

    init(_ view: AttemptView) {
        type = view.state.rawValue
        seq = view.seq
        expiresIn = view.expiresIn
    }

    var text: String { String(decoding: Envelope.json(self), as: UTF8.self) }
}

extension Request {
    /// A whole number of the query; nil when it is not there.
    fileprivate func number(_ name: String) throws -> Int? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw EdgeError.malformed("\(name) must be a whole number.")
        }
        return number
    }
}
