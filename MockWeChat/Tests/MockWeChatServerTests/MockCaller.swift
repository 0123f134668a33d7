import HTTPTypes
import HummingbirdTesting
import MockWeChatWorld
import NIOCore

/// Short words for calling the mock.
struct MockCaller: Sendable {
    static let appid = "wx0123456789abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"

    let client: any TestClientProtocol

    func call(
        _ method: HTTPRequest.Method,
        _ target: String,
        body: [UInt8]? = nil,
        headers: HTTPFields = [:]
    ) async throws -> MockAnswer {
        try await client.execute(
            uri: target,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(bytes: $0) }
        ) { MockAnswer($0) }
    }

    func call(
        _ method: HTTPRequest.Method,
        _ target: String,
        json: JSON
    ) async throws -> MockAnswer {
        try await call(method, target, body: json.bytes())
    }

    func token() async throws -> String {
        let query = "grant_type=client_credential&appid=\(Self.appid)&secret=\(Self.secret)"
        return try await call(.get, "/cgi-bin/token?\(query)").json["access_token"]?.string ?? ""
    }

    func picture(_ json: JSON = ["scene": "abc"]) async throws -> MockAnswer {
        try await call(
            .post,
            "/wxa/getwxacodeunlimit?access_token=\(try await token())",
            json: json
        )
    }

    func session(code: String) async throws -> MockAnswer {
        let query = "appid=\(Self.appid)&secret=\(Self.secret)&js_code=\(code)"
        return try await call(.get, "/sns/jscode2session?\(query)&grant_type=authorization_code")
    }
}
