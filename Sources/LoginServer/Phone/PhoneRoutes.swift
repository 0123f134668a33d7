import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore

/// `/mp/*`: the mini-program's half of a login.
///
/// A phone is known by its bearer and by nothing it says: each call takes exactly its members, and
/// one more (an openid, a role) is refused (T7).
struct PhoneRoutes: Sendable {
    let service: LoginService
    let origin: Origin
    let limits: EdgeLimits

    func add(to router: Router<LoginContext>) {
        router.post("/mp/session", use: session)
        router.post("/mp/scan", use: scan)
        router.post("/mp/confirm", use: confirm)
        router.post("/mp/cancel", use: cancel)
    }

    @Sendable
    private func session(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let body = try await members(&request, ["js_code"])
        let code = try body.text("js_code", bytesMax: limits.jsCodeBytesMax)
        let login = try await service.loginPhone(code: code, from: context.address)
        return Envelope.ok(SessionBody(login, origin))
    }

    @Sendable
    private func scan(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = caller(request, context)
        let body = try await members(&request, ["scene", "launch"])
        let scene = try body.text("scene", bytesMax: limits.presentedBytesMax)
        // WeChat's number for how the code was read.
        let launch = try body.wholeNumber("launch")
        return Envelope.ok(
            ScannedBody(try await service.scan(scene, launch: launch, by: caller))
        )
    }

    @Sendable
    private func confirm(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = caller(request, context)
        let body = try await members(&request, ["scene", "nonce", "number"])
        let scene = try body.text("scene", bytesMax: limits.presentedBytesMax)
        let nonce = try body.text("nonce", bytesMax: limits.presentedBytesMax)
        let number = try body.digits("number")
        try await service.confirm(scene, nonce: nonce, number: number, by: caller)
        return Envelope.ok()
    }

    @Sendable
    private func cancel(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = caller(request, context)
        let body = try await members(&request, ["scene", "nonce"])
        let scene = try body.text("scene", bytesMax: limits.presentedBytesMax)
        let nonce = try body.text("nonce", bytesMax: limits.presentedBytesMax)
        try await service.cancel(scene, nonce: nonce, by: caller)
        return Envelope.ok()
    }

    private func members(_ request: inout Request, _ known: [String]) async throws -> JSONMembers {
        try await request.members(known, upTo: limits)
    }

    private func caller(_ request: Request, _ context: LoginContext) -> PhoneCaller {
        request.phone(context)
    }
}

extension Request {
    /// The members of a phone's call.
    mutating func members(
        _ known: [String],
        upTo limits: EdgeLimits
    ) async throws -> JSONMembers {
        try refuseCodeInAddress()
        return try JSONMembers(
            try await body(atMost: limits.bodyBytesMax),
            known: known,
            depthMax: limits.jsonDepthMax
        )
    }

    /// A query ends up in logs of proxies; a js_code there is spoilt (T8).
    func refuseCodeInAddress() throws(EdgeError) {
        guard uri.queryParameters["js_code"] == nil else {
            throw .malformed("js_code belongs in the body, never in the address.")
        }
    }

    /// Which phone this is: by its bearer, and by nothing it says.
    func phone(_ context: LoginContext) -> PhoneCaller {
        let fields = headers[values: .authorization]
        var token: PhoneToken?
        if fields.count == 1, let field = fields.first, field.hasPrefix("Bearer ") {
            token = PhoneToken(presented: field.dropFirst("Bearer ".count))
        }
        return PhoneCaller(token: token, address: context.address)
    }
}

// MARK: - What goes over the wire

private struct SessionBody: Encodable {
    var token: String
    var expiresIn: Int
    var isNew: Bool
    var user: UserBody

    enum CodingKeys: String, CodingKey {
        case token
        case expiresIn = "expires_in"
        case isNew = "is_new"
        case user
    }

    init(_ login: PhoneLogin, _ origin: Origin) {
        token = login.token.exposed
        expiresIn = login.expiresInSeconds
        isNew = login.isNew
        user = UserBody(login.user, origin)
    }
}

/// What the confirm screen shows.
///
/// Everything about the browser is what the server saw (T4).
private struct ScannedBody: Encodable {
    var nonce: String
    var expiresIn: Int
    var client: AskingClientBody
    var browser: BrowserBody
    var numberRequired: Bool
    var confirmAllowed: Bool
    /// What the owner should be warned of, by name: `picture`, `network`.
    var warnings: [String]

    enum CodingKeys: String, CodingKey {
        case nonce
        case expiresIn = "expires_in"
        case client
        case browser
        case numberRequired = "number_required"
        case confirmAllowed = "confirm_allowed"
        case warnings
    }

    init(_ scanned: ScannedAttempt) {
        nonce = scanned.nonce.exposed
        expiresIn = scanned.expiresInSeconds
        client = AskingClientBody(scanned)
        browser = BrowserBody(scanned.browser, ageSeconds: scanned.ageSeconds)
        numberRequired = scanned.isNumberRequired
        confirmAllowed = scanned.isConfirmAllowed
        warnings = scanned.warnings.map(\.rawValue)
    }
}

/// The website that asks, and what it will learn beyond name and picture.
private struct AskingClientBody: Encodable {
    var name: String
    var host: String
    /// By name: `wechat`.
    var shares: [String]

    init(_ scanned: ScannedAttempt) {
        name = scanned.client.name
        host = scanned.client.host
        shares = scanned.shares.map(\.rawValue)
    }
}

/// The website a login is for.
struct ClientBody: Encodable {
    var name: String
    var host: String

    init(_ client: ClientCard) {
        name = client.name
        host = client.host
    }
}

/// A browser, as the server saw it.
struct BrowserBody: Encodable {
    var ip: String
    /// Null without a location database.
    var ipArea: String?
    var network: String?
    var ua: String
    /// Whole seconds since the code appeared; left out where no code is under way.
    var ageSeconds: Int?

    enum CodingKeys: String, CodingKey {
        case ip
        case ipArea = "ip_area"
        case network
        case ua
        case ageSeconds = "age_s"
    }

    init(_ browser: BrowserFacts, ageSeconds: Int? = nil) {
        ip = browser.address
        ua = browser.userAgent
        self.ageSeconds = ageSeconds
    }

    /// By hand, because the synthesised one leaves nil members out instead of null.
    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(ip, forKey: .ip)
        try members.encode(ipArea, forKey: .ipArea)
        try members.encode(network, forKey: .network)
        try members.encode(ua, forKey: .ua)
        try members.encodeIfPresent(ageSeconds, forKey: .ageSeconds)
    }
}
