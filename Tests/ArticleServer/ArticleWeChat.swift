import FakePhone
import HTTPTransport
import HTTPTypes

/// The three calls of WeChat that the article makes.
struct ArticleWeChat: Sendable {
    private static let app = "appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef"

    let address: ServerAddress
    let transport: any HTTPTransport

    func accessToken() async throws -> String? {
        let path = "/cgi-bin/token?grant_type=client_credential&\(Self.app)"
        return JSONValue(try await call(.get, path))?["access_token"]?.string
    }

    func code(scene: JSONValue, accessToken: String) async throws -> [UInt8] {
        let json: JSONValue = ["scene": scene]
        return try await call(
            .post,
            "/wxa/getwxacodeunlimit?access_token=\(accessToken)",
            json.bytes
        )
    }

    func openID(code: String) async throws -> String? {
        let path =
            "/sns/jscode2session?\(Self.app)&grant_type=authorization_code&js_code=\(code)"
        return JSONValue(try await call(.get, path))?["openid"]?.string
    }

    private func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8] = []
    ) async throws -> [UInt8] {
        let request = HTTPRequest(
            method: method,
            scheme: address.scheme,
            authority: address.authority,
            path: path
        )
        return try await transport.send(HTTPCall(request, body: body)).body
    }
}
