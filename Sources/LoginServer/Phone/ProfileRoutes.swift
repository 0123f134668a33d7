import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore

/// What a person says of themselves, and which of their logins still stand: `/mp/profile`,
/// `/mp/avatar`, `/mp/phone`, `/mp/logins*`, and the pictures under `/avatars/`.
struct ProfileRoutes: Sendable {
    let service: LoginService
    let origin: Origin
    let limits: EdgeLimits

    func add(to router: Router<LoginContext>) {
        router.post("/mp/profile", use: profile)
        router.post("/mp/avatar", use: avatar)
        router.post("/mp/phone", use: phoneNumber)
        router.delete("/mp/phone", use: noPhoneNumber)
        router.get("/mp/logins", use: logins)
        router.post("/mp/logins/revoke", use: revoke)
        router.get("/avatars/:name", use: picture)
        router.head("/avatars/:name", use: picture)
    }

    @Sendable
    private func profile(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = request.phone(context)
        let body = try await request.members(["nickName"], upTo: limits)
        let text = try body.possiblyEmptyText("nickName", bytesMax: limits.nickNameBytesMax)
        let user = try await service.setNickName(
            composed: text.precomposedStringWithCanonicalMapping,
            by: caller
        )
        return Envelope.ok(ProfileBody(user: UserBody(user, origin)))
    }

    /// The bearer is asked for before the picture is read: half a megabyte is not for strangers.
    @Sendable
    private func avatar(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = request.phone(context)
        try request.refuseCodeInAddress()
        try await service.checkPhone(caller)
        guard let form = MultipartForm(contentType: request.headers[.contentType] ?? "") else {
            throw EdgeError.unsupportedMedia(
                "This call takes multipart/form-data with the picture as its member file."
            )
        }
        let bytes = try await request.body(
            atMost: Avatar.bytesMax,
            frame: limits.avatarFrameBytesMax
        )
        let file = try form.file(named: "file", in: bytes)
        guard file.count <= Avatar.bytesMax else {
            throw EdgeError.bodyTooLarge(limit: Avatar.bytesMax)
        }
        let user = try await service.setAvatar(file, by: caller)
        return Envelope.ok(ProfileBody(user: UserBody(user, origin)))
    }

    @Sendable
    private func phoneNumber(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = request.phone(context)
        guard request.uri.queryParameters["code"] == nil else {
            throw EdgeError.malformed("code belongs in the body, never in the address.")
        }
        let body = try await request.members(["code"], upTo: limits)
        let code = try body.text("code", bytesMax: limits.jsCodeBytesMax)
        let number = try await service.setPhoneNumber(code: code, by: caller)
        return Envelope.ok(PhoneNumberBody(phoneNumber: number.masked))
    }

    @Sendable
    private func noPhoneNumber(
        _ request: Request,
        _ context: LoginContext
    ) async throws -> Response {
        var request = request
        try request.refuseCodeInAddress()
        // It takes no member, and one that is there is refused as anywhere (T7).
        let body = try await request.body(atMost: limits.bodyBytesMax)
        if !body.isEmpty { _ = try JSONMembers(body, known: [], depthMax: limits.jsonDepthMax) }
        try await service.removePhoneNumber(by: request.phone(context))
        return Envelope.ok()
    }

    @Sendable
    private func logins(_ request: Request, _ context: LoginContext) async throws -> Response {
        let logins = try await service.logins(by: request.phone(context))
        return Envelope.ok(LoginsBody(logins: logins.map(LoginBody.init)))
    }

    @Sendable
    private func revoke(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let caller = request.phone(context)
        let body = try await request.members(["id"], upTo: limits)
        let id = try body.text("id", bytesMax: limits.presentedBytesMax)
        try await service.revokeLogin(id, by: caller)
        return Envelope.ok()
    }

    @Sendable
    private func picture(_ request: Request, _ context: LoginContext) async throws -> Response {
        guard let name = context.parameters.get("name").flatMap({ AvatarName(text: $0) }),
            let avatar = try await service.avatar(name)
        else { throw EdgeError.notFound }
        return Response(
            status: .ok,
            headers: [.contentType: avatar.kind.rawValue],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: avatar.bytes))
        )
    }
}

// MARK: - What goes over the wire

private struct ProfileBody: Encodable {
    var user: UserBody
}

/// So much of a number that its owner knows it again: a stolen bearer learns no more.
private struct PhoneNumberBody: Encodable {
    var phoneNumber: String

    enum CodingKeys: String, CodingKey {
        case phoneNumber = "phone_number"
    }
}

private struct LoginsBody: Encodable {
    var logins: [LoginBody]
}

private struct LoginBody: Encodable {
    var id: String
    var client: ClientBody
    /// When, in UTC, as in RFC 3339.
    var at: String
    var browser: BrowserBody
    /// Whether the browser is still logged in by it.
    var current: Bool

    init(_ recent: RecentLogin) {
        let login = recent.login
        id = login.id.text
        client = ClientBody(login.client)
        at = login.at.rfc3339
        browser = BrowserBody(login.browser)
        current = recent.isCurrent
    }
}
