import Foundation
import LoginDomain
import LoginService
import TestSupport
import Testing

/// The push says where a login stands, and not whose it is.
@Suite struct T15PushPrivacyTests {
    static let openID = "oCANARYOPENID_0123456789-abc"
    static let unionID = "uCANARYUNIONID_0123456789-ab"
    static let sessionKey = "CANARYSESSIONKEY01234567=="
    static let nickName = "金丝雀<Canary>&Co/Nick"
    static let avatar = "AVATARCANARY-0123456789_"
    static let phoneAddress = "127.0.0.77"

    private static let canaries = [
        openID, unionID, sessionKey, nickName, avatar, phoneAddress, LoginHouse.appSecret,
    ]

    /// The shapes a text can have in an answer: as it is, base64 (cut so that its place among other
    /// bytes does not matter), hex, and escaped as JSON does it.
    private static func shapes(_ canary: String) -> [[UInt8]] {
        let bytes = Array(canary.utf8)
        var shapes = [bytes]
        for skip in 0..<3 {
            let base64 = Data(bytes.dropFirst(skip)).base64EncodedString()
            shapes.append(Array(base64.prefix(max(8, base64.count / 4 * 4 - 4)).utf8))
        }
        shapes.append(Array(bytes.map { String(format: "%02x", $0) }.joined().utf8))
        shapes.append(Array(bytes.map { String(format: "%02X", $0) }.joined().utf8))
        let escaped = canary.utf16.map { unit in
            unit < 0x80 && !"<>&".utf16.contains(unit)
                ? String(UnicodeScalar(UInt8(unit))) : String(format: "\\u%04x", unit)
        }
        shapes.append(Array(escaped.joined().utf8))
        shapes.append(Array(escaped.joined().replacing("/", with: #"\/"#).utf8))
        shapes.append(Array(canary.replacing("/", with: #"\/"#).utf8))
        return shapes
    }

    private func expectNoCanary(_ bytes: [UInt8], _ words: [String], _ place: String) {
        #expect(!bytes.isEmpty, "\(place)")
        for word in words {
            for shape in Self.shapes(word) {
                #expect(bytes.firstRange(of: shape) == nil, "\(place): \(word)")
            }
        }
    }

    private func withCanaries(_ body: (EdgeStage) async throws -> Void) async throws {
        try await EdgeStage.with {
            $0.wechat.always(
                ScriptedWeChat.sessionPath,
                .json(
                    #"{"openid":"\#(Self.openID)","unionid":"\#(Self.unionID)","#
                        + #""session_key":"\#(Self.sessionKey)"}"#
                )
            )
            $0.store = { rows in
                BentStore(rows) { user in
                    var user = user
                    user.nickName = Self.nickName
                    user.avatar = AvatarName(text: Self.avatar)
                    return user
                }
            }
        } _: { stage in
            try await body(stage)
        }
    }

    @Test func `T15 no byte before the login's collection says whose it is`() async throws {
        try await withCanaries { stage in
            let browser = Browser(stage, at: "127.0.0.5")
            let watcher = Browser(stage, at: "127.0.0.6")
            let phone = try await stage.phone("alice", at: Self.phoneAddress)
            let canaries = Self.canaries + [phone.user, phone.bearer]

            for page in ["/", "/login", "/nothing"] { _ = try await browser.get(page) }
            let scene = try await browser.open()
            let tab = Browser(stage, at: watcher.address, cookies: browser.cookies)
            let stream = try await tab.stream()
            #expect(try await stream.event().contains("created"))
            let watch = try await tab.watch()
            #expect(try await watch.message() == "created 1 120")

            async let poll = browser.get("/attempt?after=1&wait=25")
            // The sweeper sleeps, the stream's heartbeat may, and the poll does.
            await stage.time.sleepers(atLeast: 2)
            let nonce = try await phone.nonce(of: scene)
            #expect(try await poll.text("data.state") == "scanned")
            _ = try await browser.complete()
            stage.time.advance(by: .seconds(1))
            #expect(try await phone.confirm(scene, nonce).status == 200)
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message() == "confirmed 3 179")
            _ = try await browser.get("/attempt")
            // Errors are answers too.
            for target in ["/session", "/attempt?wait=x", "/mp/session", "/nothing"] {
                _ = try await browser.get(target)
            }
            _ = try await stage.send(
                Call("POST", "/attempt/complete", browser.fields, body: []),
                from: browser.address
            )
            expectNoCanary(stage.received(at: browser.address), canaries, "before")

            let login = try await browser.complete()
            #expect(login.text("data.user.nickName") == Self.nickName)
            #expect(login.names("data.user") == ["avatarUrl", "nickName", "role", "userid"])
            #expect(try await watch.frame().code == 1000)
            // What went over the push, from the first byte to the last, the login included.
            expectNoCanary(stage.received(at: watcher.address), canaries, "push")
            // And what no browser ever learns.
            expectNoCanary(
                stage.received(at: browser.address),
                [Self.openID, Self.unionID, Self.sessionKey, Self.phoneAddress, phone.bearer],
                "browser"
            )
        }
    }

    @Test func `T15 the phone is not told what the server alone knows`() async throws {
        try await withCanaries { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice", at: Self.phoneAddress)
            try await phone.agree(to: scene)
            let words = [Self.openID, Self.unionID, Self.sessionKey, LoginHouse.appSecret]
            expectNoCanary(stage.received(at: Self.phoneAddress), words, "phone")
        }
    }

    @Test func `T15 a pushed message has three members and no other`() async throws {
        let end: Set = ["cancelled", "expired", "superseded"]
        for state in ["scanned", "confirmed", "cancelled", "expired", "superseded"] {
            try await EdgeStage.with { stage in
                let browser = Browser(stage)
                let scene = try await browser.open()
                let tab = browser.copy()
                let watch = try await tab.watch()
                let phone = try await stage.phone("alice")
                switch state {
                case "scanned": _ = try await phone.scan(scene)
                case "confirmed": try await phone.agree(to: scene)
                case "cancelled": _ = try await browser.post("/attempt/cancel")
                case "superseded": _ = try await browser.open()
                default:
                    stage.time.advance(by: .seconds(120))
                    try await stage.service.sweep()
                }
                var types: [String] = []
                while types.last != state {
                    let frame = try await watch.frame()
                    let push = Answer(status: 0, fields: [], body: frame.payload)
                    #expect(frame.first == PushSocket.text)
                    #expect(push.names("") == ["expires_in", "seq", "type"])
                    types.append(try #require(push.text("type")))
                    #expect(push.number("seq") == types.count)
                    let left = try #require(push.number("expires_in"))
                    #expect(end.contains(state) && types.last == state ? left == 0 : left > 0)
                }
                // The other two ways to hear of it say the same, under the names the wire has.
                let poll = try await tab.get("/attempt")
                #expect(poll.names("data") == ["expires_in", "seq", "state"])
                #expect(poll.text("data.state") == state)
                let stream = try await tab.stream()
                let event = try await stream.event()
                let lines = event.split(separator: "\n").map(String.init)
                #expect(lines.count == 2)
                #expect(lines.first == "id: \(types.count)")
                let json = try #require(lines.last?.split(separator: " ", maxSplits: 1).last)
                let data = Answer(status: 0, fields: [], body: Array(json.utf8))
                #expect(data.names("") == ["expires_in", "seq", "type"])
                #expect(data.text("type") == state)
            }
        }
    }
}
