import FakePhone
import Foundation
import NIOCore
import NIOWebSocket
import Synchronization

/// The article's handlers, each with its trust in whoever calls.
final class ArticleApp: Sendable {
    private struct State {
        var accessToken = ""
        /// `clientMap`: scene -> WebSocket.
        var clients: [String: any Channel] = [:]
        /// openid -> user.
        var users: [String: JSONValue] = [:]
    }

    private let weChat: ArticleWeChat
    private let state = Mutex(State())

    init(weChat: ArticleWeChat) {
        self.weChat = weChat
    }

    func refreshToken() async throws {
        let token = try await weChat.accessToken() ?? ""
        state.withLock { $0.accessToken = token }
    }

    /// The answer of the article's util package: 200 or 400 in the body, always 200 on the wire.
    func answer(path: String, body: [UInt8]) async -> JSONValue? {
        let json = JSONValue(body) ?? .null
        switch path {
        case "/miniapp/getwxacodeunlimit": return await code(json)
        case "/user/authwithcode": return await authWithCode(json)
        case "/user/register": return register(json)
        case "/push/publishmsg": return publish(json)
        default: return nil
        }
    }

    /// The picture of whatever scene the page made up.
    private func code(_ json: JSONValue) async -> JSONValue {
        let token = state.withLock(\.accessToken)
        guard let scene = json["scene"],
            let picture = try? await weChat.code(scene: scene, accessToken: token)
        else { return fail("no picture") }
        if JSONValue(picture)?["errmsg"] != nil {
            return fail(String(decoding: picture, as: UTF8.self))
        }
        return ok(.string("data:image/png;base64,\(Data(picture).base64EncodedString())"))
    }

    /// The user of a js_code; id 0 for one who is not registered.
    private func authWithCode(_ json: JSONValue) async -> JSONValue {
        guard let code = json["code"]?.string,
            let openID = try? await weChat.openID(code: code)
        else { return fail("no openid") }
        return ok(
            state.withLock { $0.users[openID] } ?? ["id": 0, "mini_openid": .string(openID)]
        )
    }

    /// Believes every word of it.
    private func register(_ json: JSONValue) -> JSONValue {
        guard let openID = json["mini_openid"]?.string else { return fail("no mini_openid") }
        return ok(
            state.withLock { state in
                let user =
                    state.users[openID] ?? [
                        "id": .int(state.users.count + 1), "mini_openid": .string(openID),
                        "avatarUrl": json["avatarUrl"] ?? "", "nickName": json["nickName"] ?? "",
                        "role": "user",
                    ]
                state.users[openID] = user
                return user
            }
        )
    }

    /// The login itself: pushes what the caller says to the scene that the caller says.
    private func publish(_ json: JSONValue) -> JSONValue {
        guard let scene = json["clientid"]?.string,
            let channel = state.withLock({ $0.clients[scene] }), channel.isActive
        else { return fail("offline") }
        let frame = WebSocketFrame(
            fin: true,
            opcode: .text,
            data: ByteBuffer(bytes: json.bytes)
        )
        channel.writeAndFlush(frame, promise: nil)
        return ok("")
    }

    // MARK: clientMap

    func opened(_ scene: String, _ channel: any Channel) {
        state.withLock { $0.clients[scene] = channel }
    }

    func closed(_ scene: String) {
        state.withLock { $0.clients[scene] = nil }
    }

    private func ok(_ data: JSONValue) -> JSONValue {
        ["code": 200, "data": data, "msg": ""]
    }

    private func fail(_ why: String) -> JSONValue {
        ["code": 400, "data": "", "msg": .string(why)]
    }
}
