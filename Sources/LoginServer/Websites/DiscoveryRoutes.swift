import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginService
import NIOCore
import OpenIDConnect

/// `/.well-known/openid-configuration` and `/jwks.json`: what every website may read, from anywhere.
struct DiscoveryRoutes: Sendable {
    let service: LoginService
    /// The same bytes for everybody, whatever a request says (T25).
    private let document: [UInt8]

    init(service: LoginService, origin: Origin) {
        self.service = service
        self.document = Discovery.document(issuer: "\(origin)")
    }

    func add(to router: Router<LoginContext>) {
        router.get("/.well-known/openid-configuration") { [document] _, _ in
            Self.response(document)
        }
        router.get("/jwks.json", use: keys)
    }

    @Sendable
    private func keys(_ request: Request, _ context: LoginContext) async throws -> Response {
        Self.response(JWKSet.document(try await service.publishedKeys()))
    }

    private static func response(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8", .accessControlAllowOrigin: "*",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
