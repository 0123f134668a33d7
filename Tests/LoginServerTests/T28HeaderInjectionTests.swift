import Foundation
import Logging
import LoginDomain
import LoginServer
import Synchronization
import Testing

/// Line breaks that want to become header lines, cookies, or lines of the log.
///
/// What a js_code becomes on its way to WeChat is in `WeChatClientTests/RequestTests`.
@Suite(.timeLimit(.minutes(10))) struct T28HeaderInjectionTests {
    /// Ways to write a line break and a cookie behind it.
    private static let payloads = [
        "a%0d%0aSet-Cookie:x=1", "a%0aSet-Cookie:x=1", "a%0dSet-Cookie:x=1",
        "a%E5%98%8A%E5%98%8DSet-Cookie:x=1", "a\\r\\nSet-Cookie:x=1", "a\u{85}Set-Cookie:x=1",
        "a\u{2028}Set-Cookie:x=1", "a%00Set-Cookie:x=1", "a\u{b}Set-Cookie:x=1",
        "a\u{c}Set-Cookie:x=1", "嘊嘍Set-Cookie:x=1", "a%250d%250aSet-Cookie:x=1",
        "a\u{1b}[2JSet-Cookie:x=1", "\u{202e}Set-Cookie:x=1",
    ]

    /// The places where a browser or a phone may put words of its own.
    private static func calls(_ payload: String, _ stage: EdgeStage, _ bearer: String) -> [Call] {
        let own = Browser(stage).ownPage
        let json = payload.replacing("\\", with: "\\\\").replacing("\u{b}", with: "\\u000b")
            .replacing("\u{c}", with: "\\u000c").replacing("\u{1b}", with: "\\u001b")
        let phone = [Call.Field("Authorization", "Bearer \(bearer)")]
        return [
            Call("GET", "/login?lang=\(payload)"), Call("GET", "/\(payload)"),
            Call("GET", "/login?state=\(payload)&client_id=\(payload)&ui_locales=\(payload)"),
            Call("GET", "/?redirect_uri=\(payload)"), Call("GET", "/attempt?wait=\(payload)"),
            Call("GET", "/login", [Call.Field("User-Agent", payload)]),
            Call("GET", "/login", [Call.Field("Accept-Language", payload)]),
            Call("GET", "/login", [Call.Field("Cookie", "__Host-sl_session=\(payload)")]),
            Call("GET", "/attempt", [Call.Field("Cookie", "__Host-sl_attempt=\(payload)")]),
            Call("GET", "/login", [Call.Field("X-Forwarded-For", payload)]),
            Call("POST", "/attempt", own + [Call.Field("User-Agent", payload)], body: []),
            Call("POST", "/attempt", own + [Call.Field("Origin", payload)], body: []),
            Call("POST", "/mp/session", json: #"{"js_code":"\#(json)"}"#),
            Call("POST", "/mp/session", json: #"{"\#(json)":"x"}"#),
            Call("POST", "/mp/scan", phone, json: #"{"scene":"\#(json)"}"#),
            Call("POST", "/mp/confirm", phone, json: #"{"scene":"x","nonce":"\#(json)"}"#),
            Call(
                "POST",
                "/mp/scan",
                [Call.Field("Authorization", "Bearer \(payload)")],
                json: "{}"
            ),
        ]
    }

    /// The names of the fields an answer may have at all.
    private static let known: Set<String> = [
        "allow", "cache-control", "connection", "content-language", "content-length",
        "content-security-policy", "content-type", "cross-origin-embedder-policy",
        "cross-origin-opener-policy", "cross-origin-resource-policy", "date", "location",
        "permissions-policy", "referrer-policy", "retry-after", "set-cookie",
        "strict-transport-security", "vary", "x-content-type-options", "x-dns-prefetch-control",
        "x-frame-options", "x-robots-tag",
    ]

    @Test(arguments: payloads)
    func `T28 no input becomes a header line, a cookie or a line of the log`(
        payload: String
    ) async throws {
        let log = Lines()
        try await EdgeStage.with {
            $0.logger = log.logger
        } _: { stage async throws in
            let phone = try await stage.phone("alice")
            log.note()
            for call in Self.calls(payload, stage, phone.bearer) {
                let wire = try await stage.wire()
                let answer = try await wire.exchange(call, host: stage.host)
                // What is no request at all is answered, and the connection ends, before any log.
                if answer["Connection"] != "close" { log.note() }
                let place = "\(call.method) \(call.target)"
                let names = answer.fields.map { $0.name.lowercased() }
                #expect(Set(names).subtracting(Self.known) == [], "\(place)")
                #expect(names.count == Set(names).count, "\(place)")
                #expect(answer.fields.allSatisfy { !$0.value.contains("x=1") }, "\(place)")
                for cookie in answer.all("Set-Cookie") {
                    #expect(cookie.hasPrefix("__Host-sl_"), "\(place)")
                    #expect(!cookie.contains("x=1"), "\(place)")
                }
                // Nothing came besides the answer, such as a second one.
                try await wire.closeOutput()
                #expect(try await wire.end() == [], "\(place)")
            }
        }
        // As production logs: an object a line, a line a request, and nothing that moves a cursor.
        let text = log.text
        let lines = text.split(separator: "\n")
        #expect(lines.count { $0.contains(#""message":"request""#) } == log.requests)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect(object is [String: String], "\(line)")
            #expect(!line.contains { $0.isNewline }, "\(line)")
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 }, "\(line)")
        }
    }

    /// What the program writes to its log.
    private final class Lines: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        private let asked = Mutex(0)

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        /// How many requests a test has made, in the test's own count.
        var requests: Int { asked.withLock { $0 } }

        func note() { asked.withLock { $0 += 1 } }

        var logger: Logger {
            Logger(label: "test") { _ in
                JSONLogHandler(now: { Timestamp(milliseconds: 0) }) { line in
                    self.bytes.withLock { $0 += line }
                }
            }
        }
    }

    @Test func `T28 a field with a line break that HTTP does not end lines with is no request`()
        async throws
    {
        try await EdgeStage.with { stage async throws in
            for value in ["a\rSet-Cookie: x=1", "a\u{0}b", "a\r\n Set-Cookie: x=1"] {
                let wire = try await stage.wire()
                try await wire.send(
                    "GET /login HTTP/1.1\r\nHost: login.example\r\nUser-Agent: \(value)\r\n\r\n"
                )
                let answer = try await wire.answer()
                #expect([200, 400].contains(answer.status), "\(value.debugDescription)")
                #expect(answer.all("Set-Cookie") == [])
            }
        }
    }

    @Test func `T28 a page that is given a hostile name keeps its lines`() async throws {
        // What a browser says of itself is told to the phone, in JSON, cut to its length.
        try await EdgeStage.with { stage async throws in
            let browser = Browser(stage)
            let agent = "x\u{2028}y" + String(repeating: "z", count: 1000)
            let fields = browser.ownPage + [Call.Field("User-Agent", agent)]
            let opened = try await stage.send(Call("POST", "/attempt", fields, body: []))
            let scene = try stage.scene(in: opened)
            let scanned = try await stage.phone("alice").scan(scene)
            #expect(scanned.text("data.browser.ua")?.count == 256)
            #expect(!scanned.body.contains(UInt8(ascii: "\n")))
        }
    }
}
