import CodePicture
import MockWeChatWorld
import NIOCore
import NIOHTTP1

/// WeChat's own paths.
struct WeChatGate: Sendable {
    let keeper: WorldKeeper
    let publicURL: String?
    let pictures: PictureCache

    /// WeChat's own words for a body that is not even read.
    static let tooLarge = ByteBuffer(
        string: #"{"errcode":45002,"errmsg":"content size out of limit"}"#
    )

    func respond(to request: MockRequest) -> MockReply {
        var headers = HeaderBlock()
        for (name, value) in request.headers { headers.add(name, value) }
        let call = WeChatRequest(
            method: request.method.rawValue,
            target: request.target,
            headers: headers,
            body: Array(request.body.readableBytesView),
            callerIP: request.callerIP,
            isEncrypted: request.isEncrypted,
            isForWeChatInClear: request.isForWeChatInClear,
            publicURL: publicURL
        )
        let reply = keeper.visit { world, real in
            world.answer(call, at: world.now(real: real))
        }
        let answer = reply.response
        let body: ByteBuffer
        switch answer.body {
        case .bytes(let bytes): body = ByteBuffer(bytes: bytes)
        case .picture(let order):
            // Drawn outside the lock.
            guard let drawn = pictures.picture(order) else {
                return MockReply(500, type: "text/plain", Array("cannot draw\n".utf8))
            }
            body = drawn
        }
        var message = MockReply(answer.status, type: answer.contentType, body, date: reply.at)
        for field in answer.fields { message.fields.append((field.name, field.value)) }
        message.delayMilliseconds = reply.delayMilliseconds
        message.cut = reply.cut
        message.flow = reply.flow
        return message
    }
}
