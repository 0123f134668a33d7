import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginService
import NIOCore
import OpenIDConnect

/// `/.well-known/openid-configuration`, `/jwks.json` and `/scan-login.js`: what every website may read,
/// from anywhere.
struct DiscoveryRoutes: Sendable {
    let service: LoginService
    /// The same bytes for everybody, whatever a request says (T25).
    private let document: [UInt8]

    private let widget: [UInt8]

    init(service: LoginService, origin: Origin, pages: Pages) {
        self.service = service
        self.widget = pages.widget
        self.document = Discovery.document(issuer: "\(origin)")
    }

    func add(to router: Router<LoginContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("/.well-known/openid-configuration", method: method) { [document] _, _ in
                Self.response(document)
            }
            router.on("/scan-login.js", method: method) { [widget] _, _ in
                Self.response(widget, "text/javascript; charset=utf-8")
            }
            router.on("/jwks.json", method: method, use: keys)
        }
    }

    @Sendable
    private func keys(_ request: Request, _ context: LoginContext) async throws -> Response {
        Self.response(JWKSet.document(try await service.publishedKeys()))
    }

    private static func response(
        _ bytes: [UInt8],
        _ type: String = "application/json; charset=utf-8"
    ) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .accessControlAllowOrigin: "*",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
