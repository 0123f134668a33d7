import MockWeChatWorld
import NIOCore

/// Sends a request to the control plane or to WeChat, by its path alone.
struct MockResponder: Sendable {
    let gate: WeChatGate
    let control: ControlPlane

    /// Carries the calls of mini-programs that a phone runs.
    let line = PhoneLine()

    init(keeper: WorldKeeper, settings: MockWeChatSettings) {
        let pictures = PictureCache()
        let publicURL = settings.publicURL
        gate = WeChatGate(keeper: keeper, publicURL: publicURL, pictures: pictures)
        control = ControlPlane(
            keeper: keeper,
            pictures: pictures,
            publicURL: publicURL,
            miniProgram: settings.miniProgram,
            gate: OriginGate(host: settings.host, publicURL: publicURL)
        )
    }

    /// Answers a request; it reads no socket and waits for nothing.
    func respond(to request: MockRequest) -> MockReply {
        request.isControl ? control.respond(to: request).reply : gate.respond(to: request)
    }

    /// WeChat's one call that takes a file; it has its own word for one that is too large.
    private static let imageCheckPath = "/wxa/img_sec_check"

    /// The largest body that a path takes, in bytes.
    func bodyBytesMax(target: String) -> Int {
        let isPicture =
            target.hasPrefix("/_mock/phones/") || target.hasPrefix(Self.imageCheckPath)
        return isPicture ? MockWeChatLimits.pictureBytesMax : MockWeChatLimits.bodyBytesMax
    }
}
