import Foundation
import HTTPTransport
import HTTPTransportAHC
import HTTPTypes
import Testing

/// A login and everything that can go wrong with one, logged as loudly as it goes: no secret is in
/// what the program writes.
struct T35LogSecrecyTests {
    /// What must not show, by what it is.
    private final class Canaries {
        private(set) var secrets: [String: String] = [:]

        func add(_ name: String, _ secret: String?) throws {
            let secret = try #require(secret, "\(name)")
            #expect(secret.utf8.count >= 8, "\(name)")
            secrets[name] = secret
        }

        /// The shapes in which a secret may have been written.
        func shapes(of secret: String) -> [String] {
            let bytes = Data(secret.utf8)
            let hex = bytes.map { String(format: "%02x", $0) }.joined()
            let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            return [
                secret, encoded ?? secret, bytes.base64EncodedString().filter { $0 != "=" }, hex,
                hex.uppercased(),
            ]
        }
    }

    private struct Client {
        let transport: any HTTPTransport
        let base: String

        @discardableResult
        func call(
            _ method: HTTPRequest.Method,
            _ path: String,
            _ fields: [String: String] = [:],
            _ body: [UInt8] = []
        ) async throws -> (answer: HTTPAnswer, json: [String: Any]) {
            var request = HTTPRequest(
                method: method,
                scheme: "http",
                authority: String(base.dropFirst("http://".count)),
                path: path
            )
            for (name, value) in fields {
                request.headerFields[try #require(HTTPField.Name(name))] = value
            }
            let answer = try await transport.send(HTTPCall(request, body: body))
            let json = try? JSONSerialization.jsonObject(with: Data(answer.body))
            return (answer, json as? [String: Any] ?? [:])
        }

        func post(
            _ path: String,
            _ json: String,
            _ fields: [String: String] = [:]
        ) async throws -> [String: Any] {
            let fields = fields.merging(["Content-Type": "application/json"]) { $1 }
            return try await call(.post, path, fields, Array(json.utf8)).json
        }
    }

    private static func data(_ json: [String: Any], _ name: String) -> String? {
        (json["data"] as? [String: Any])?[name] as? String
    }

    private static func cookie(_ answer: HTTPAnswer, _ name: String) -> String? {
        answer.response.headerFields[values: .setCookie]
            .first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1).prefix { $0 != ";" }) }
    }

    @Test func `T35 the loudest log of a login and of its failures holds no secret`() async throws {
        try await Programs.withFolder { folder in
            let log = "\(folder)/log"
            let canaries = Canaries()
            var numbers = ""
            for format in ["json", "text"] {
                numbers += try await Programs.withBoth(
                    settings: [
                        "SCAN_LOGIN_LOG_LEVEL": "trace", "SCAN_LOGIN_LOG_FORMAT": format,
                        "SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS": "0",
                    ],
                    errorsTo: log
                ) { login, mock in
                    try await withAHCTransport { transport in
                        let server = Client(transport: transport, base: login.url)
                        let wechat = Client(transport: transport, base: mock.url)
                        try await play(server, wechat, canaries)
                        let operators = Client(transport: transport, base: login.operations)
                        let metrics = try await operators.call(.get, "/metrics").answer.body
                        return String(decoding: metrics, as: UTF8.self)
                    }
                }
            }
            let text = try String(contentsOfFile: log, encoding: .utf8)
            // It was loud: requests, failures of WeChat, a login.
            for word in [
                "/mp/session", "/mp/phone", "phone number given", "login completed",
                "WeChat failed", "trace",
            ] {
                #expect(text.contains(word), "\(word)")
            }
            #expect(canaries.secrets.count >= 10)
            for (name, secret) in canaries.secrets {
                for shape in canaries.shapes(of: secret) {
                    #expect(!text.contains(shape), "\(name)")
                    #expect(!numbers.contains(shape), "\(name) among the numbers")
                }
            }
        }
    }

    @Test func `T35 a crash of the server writes no memory to disk`() async throws {
        try await Programs.withFolder { folder in
            try await Programs.with(
                "login-server",
                [
                    "serve", "--mode", "development", "--port", "0",
                    "--wechat", "http://127.0.0.1:9", "--database", "\(folder)/login.sqlite",
                ],
                // As much as this machine allows: many begin with none, and then nothing would be seen.
                limits: "-S -c $(ulimit -H -c)"
            ) { login in
                let limits = try String(
                    contentsOfFile: "/proc/\(login.pid)/limits",
                    encoding: .utf8
                )
                let name = "Max core file size"
                let line = try #require(
                    limits.split(separator: "\n").first { $0.hasPrefix(name) }
                )
                #expect(line.dropFirst(name.count).split(separator: " ").first == "0")
            }
        }
    }

    /// A login, and what goes wrong around it.
    private func play(_ server: Client, _ wechat: Client, _ canaries: Canaries) async throws {
        try canaries.add("the app secret", "0123456789abcdef0123456789abcdef")
        let page = ["Origin": server.base, "X-SL": "1"]
        let opened = try await server.call(.post, "/attempt", page)
        let attempt = try #require(Self.cookie(opened.answer, "sl_attempt"))
        try canaries.add("the attempt cookie", attempt)
        let image = try #require(Self.data(opened.json, "image"))
        let base64 = try #require(image.split(separator: ",").last)
        let picture = try #require(Data(base64Encoded: String(base64)))
        let scan = try await wechat.call(.post, "/_mock/phones/alice/scan", [:], Array(picture))
        let query = scan.json["query"] as? [String: Any]
        let scene = try #require((query?["scene"] as? String)?.removingPercentEncoding)
        try canaries.add("the scene", scene)

        func code() async throws -> String {
            let login = try await wechat.post(
                "/_mock/phones/alice/login",
                #"{"appid":"wx0123456789abcdef"}"#
            )
            let code = try #require(login["code"] as? String)
            try canaries.add("a js_code", code)
            return code
        }
        let first = try await code()
        let session = try await server.post("/mp/session", #"{"js_code":"\#(first)"}"#)
        let bearer = try #require(Self.data(session, "token"))
        try canaries.add("the phone's bearer", bearer)
        let phone = ["Authorization": "Bearer \(bearer)"]
        let scanned = try await server.post(
            "/mp/scan",
            #"{"scene":"\#(scene)","launch":1047}"#,
            phone
        )
        let nonce = try #require(Self.data(scanned, "nonce"))
        try canaries.add("the nonce", nonce)

        // The number of whoever holds the phone, shared and refused.
        try canaries.add("the phone number", "13800000001")
        func numberCode() async throws -> String {
            let button = try await wechat.post(
                "/_mock/phones/alice/phone-number",
                #"{"appid":"wx0123456789abcdef"}"#
            )
            let code = try #require(button["code"] as? String)
            try canaries.add("a number's code \(code.prefix(4))", code)
            return code
        }
        let shared = try await numberCode()
        for _ in 0..<2 { _ = try await server.post("/mp/phone", #"{"code":"\#(shared)"}"#, phone) }
        _ = try await server.post("/mp/phone?code=\(shared)", #"{"code":"\#(shared)"}"#, phone)
        _ = try await wechat.post(
            "/_mock/faults",
            #"{"endpoint":"/wxa/business/getuserphonenumber","errcode":-1,"count":1}"#
        )
        _ = try await server.post("/mp/phone", #"{"code":"\#(try await numberCode())"}"#, phone)

        // What is refused, with secrets in every place where somebody may put them.
        _ = try await server.post("/mp/session", #"{"js_code":"\#(first)"}"#)
        _ = try await server.post("/mp/session?js_code=\(first)", #"{"js_code":"\#(first)"}"#)
        _ = try await server.post("/mp/session", #"{"js_code":"\#(first)""#)
        _ = try await server.post("/mp/confirm", #"{"scene":"\#(scene)","nonce":"x"}"#, phone)
        _ = try await server.post("/mp/scan", #"{"scene":"\#(scene)","\#(nonce)":1}"#, phone)
        _ = try await server.post("/mp/scan", #"{"scene":"\#(scene)"}"#, ["Authorization": bearer])
        for target in ["/login?scene=\(scene)", "/attempt?after=\(scene)", "/session"] {
            try await server.call(.get, target, ["Cookie": "sl_session=\(attempt); a=\(nonce)"])
        }
        for fault in [
            #"{"endpoint":"/sns/jscode2session","errcode":-1}"#,
            #"{"endpoint":"/sns/jscode2session","status":200,"body":"<html>"}"#,
            #"{"endpoint":"/sns/jscode2session","cut":"reset"}"#,
            #"{"endpoint":"/wxa/getwxacodeunlimit","errcode":40001}"#,
            #"{"endpoint":"/wxa/getwxacodeunlimit","errcode":41030}"#,
        ] {
            let fault = fault.dropLast() + #","count":1}"#
            _ = try await wechat.post("/_mock/faults", String(fault))
            if fault.contains("jscode2session") {
                let code = try await code()
                _ = try await server.post("/mp/session", #"{"js_code":"\#(code)"}"#)
            } else {
                try await server.call(.post, "/attempt", page)
            }
        }

        _ = try await server.post(
            "/mp/confirm",
            #"{"scene":"\#(scene)","nonce":"\#(nonce)"}"#,
            phone
        )
        let cookie = ["Cookie": "sl_attempt=\(attempt)"]
        let completed = try await server.call(
            .post,
            "/attempt/complete",
            page.merging(cookie) { $1 }
        )
        #expect(completed.answer.response.status == 200)
        try canaries.add("the session cookie", Self.cookie(completed.answer, "sl_session"))

        // What only went between the server and WeChat.
        let journal = try await wechat.call(.get, "/_mock/journal?limit=1000")
        let text = String(decoding: journal.answer.body, as: UTF8.self)
        for name in ["access_token", "session_key", "openid"] {
            let found = text.firstMatch(of: try Regex(#"\\?"\#(name)\\?":\\?"([^"\\]+)"#))
            try canaries.add(name, found?[1].substring.map(String.init))
        }
    }
}
