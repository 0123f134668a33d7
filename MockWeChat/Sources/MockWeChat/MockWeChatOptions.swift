import MockWeChatWorld

/// How a mock is to be.
public struct MockWeChatOptions: Sendable {
    /// A world file's text; nil: the built-in world.
    public var worldYAML: String?
    /// The seed of all chance; nil: the world's own.
    public var seed: UInt64?
    /// Whether time stands still until the test moves it.
    public var isFrozen = true
    /// Whether it has a socket; without one, `MockWeChat.answer` is the way in.
    public var listens = true
    /// 0: any free port.
    public var port = 0
    /// Whether it speaks TLS, with a certificate of its own authority.
    public var encrypts = false
    /// Whether it is also a proxy that leads `CONNECT api.weixin.qq.com:443` to itself.
    public var isProxy = false

    public init() {}

    func world() throws -> WorldDescription {
        var world: WorldDescription
        do throws(DescriptionError) {
            world =
                try worldYAML.map { yaml throws(DescriptionError) in
                    try WorldDescription(yaml: yaml)
                } ?? .standard
        } catch {
            let place = error.place.map { "line \($0.line): " } ?? ""
            throw MockWeChatRefusal(error: "bad_world", detail: place + error.detail)
        }
        if let seed { world.seed = min(seed, WorldDescription.seedMax) }
        if isFrozen, world.clock.mode == .real { world.clock = ClockDescription(mode: .frozen) }
        return world
    }
}
