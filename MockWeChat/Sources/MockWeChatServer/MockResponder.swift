import MockWeChatWorld
import NIOCore

/// Sends a request to the control plane or to WeChat, by its path alone.
struct MockResponder: Sendable {
    let gate: WeChatGate
    let control: ControlPlane

    init(keeper: WorldKeeper, publicURL: String?) {
        let pictures = PictureCache()
        gate = WeChatGate(keeper: keeper, publicURL: publicURL, pictures: pictures)
        control = ControlPlane(keeper: keeper, pictures: pictures)
    }

    /// Answers a request; it reads no socket and waits for nothing.
    func respond(to request: MockRequest) -> MockReply {
        request.isControl ? control.respond(to: request) : gate.respond(to: request)
    }

    /// The largest body that a path takes, in bytes.
    func bodyBytesMax(target: String) -> Int {
        target.hasPrefix("/_mock/phones/")
            ? MockWeChatLimits.pictureBytesMax : MockWeChatLimits.bodyBytesMax
    }
}
