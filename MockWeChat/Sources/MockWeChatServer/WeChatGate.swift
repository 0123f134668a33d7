import CodePicture
import HTTPTypes
import HummingbirdCore
import MockWeChatWorld
import NIOCore

/// WeChat's own paths over HTTP.
struct WeChatGate: Sendable {
    let keeper: WorldKeeper
    let publicURL: String?
    let sleep: @Sendable (Duration) async throws -> Void

    func respond(to request: Request, from callerIP: String) async throws -> Response {
        guard let body = try await request.bytes(upTo: MockWeChatLimits.bodyBytesMax) else {
            let limit = MockWeChatLimits.bodyBytesMax
            return ControlAnswer.refusal(.tooLarge("a body of at most \(limit) bytes")).response
        }
        let call = WeChatRequest(
            method: request.method.rawValue,
            target: request.head.path ?? "/",
            headers: headers(of: request),
            body: body,
            callerIP: callerIP,
            publicURL: publicURL ?? "http://\(Self.authority(of: request))"
        )
        let reply = keeper.visit { world, real in
            world.answer(call, at: world.now(real: real))
        }
        if reply.delayMilliseconds > 0 {
            try await sleep(.milliseconds(reply.delayMilliseconds))
        }
        return try response(reply)
    }

    private func headers(of request: Request) -> [HeaderField] {
        var fields = request.headers.map { HeaderField($0.name.canonicalName, $0.value) }
        if let authority = request.head.authority {
            fields.insert(HeaderField("host", authority), at: 0)
        }
        return fields
    }

    /// The Host of a call, when it can stand in a URL.
    private static func authority(of request: Request) -> String {
        let letters = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]".utf8
        )
        guard let authority = request.head.authority, (1...255).contains(authority.utf8.count),
            authority.utf8.allSatisfy(letters.contains)
        else { return "127.0.0.1" }
        return authority
    }

    private func response(_ reply: WeChatReply) throws(CodePictureError) -> Response {
        let answer = reply.response
        let bytes: [UInt8]
        switch answer.body {
        case .bytes(let body): bytes = body
        case .picture(let order):
            // Drawn outside the lock; the journal hears of it afterwards.
            bytes = try CodePicture.draw(order.text, style: CodePictureStyle(order))
            let drawn = DrawnPicture(bytes)
            keeper.visit { world, _ in world.note(drawn, for: reply.sequence) }
        }
        var headers: HTTPFields = [.contentType: answer.contentType]
        if let name = HTTPField.Name.mockDate { headers[name] = reply.at.httpDate }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension CodePictureStyle {
    fileprivate init(_ order: PictureOrder) {
        self.init(
            width: order.width,
            line: Colour(red: order.red, green: order.green, blue: order.blue),
            transparent: order.transparent
        )
    }
}
