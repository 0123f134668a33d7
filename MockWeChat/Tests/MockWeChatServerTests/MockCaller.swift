import AsyncHTTPClient
import MockWeChatWorld
import NIOCore
import NIOHTTP1

/// Short words for calling the mock.
struct MockCaller: Sendable {
    static let appid = "wx0123456789abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"

    let port: Int

    var url: String { "http://127.0.0.1:\(port)" }

    func call(
        _ method: HTTPMethod,
        _ target: String,
        body: [UInt8]? = nil,
        headers: HTTPHeaders = [:]
    ) async throws -> MockAnswer {
        var request = HTTPClientRequest(url: url + target)
        request.method = method
        request.headers = headers
        // The port differs from run to run; what the mock hears shall not.
        if !headers.contains(name: "host") { request.headers.add(name: "host", value: "localhost") }
        if let body { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        return MockAnswer(response, try await response.body.collect(upTo: 64 << 20))
    }

    func call(_ method: HTTPMethod, _ target: String, json: JSON) async throws -> MockAnswer {
        try await call(method, target, body: json.bytes())
    }

    func token() async throws -> String {
        let query = "grant_type=client_credential&appid=\(Self.appid)&secret=\(Self.secret)"
        return try await call(.GET, "/cgi-bin/token?\(query)").json["access_token"]?.string ?? ""
    }

    func picture(_ json: JSON = ["scene": "abc"]) async throws -> MockAnswer {
        try await call(
            .POST,
            "/wxa/getwxacodeunlimit?access_token=\(try await token())",
            json: json
        )
    }

    func session(code: String) async throws -> MockAnswer {
        let query = "appid=\(Self.appid)&secret=\(Self.secret)&js_code=\(code)"
        return try await call(.GET, "/sns/jscode2session?\(query)&grant_type=authorization_code")
    }
}
