/// What a mini-program is told when a code opens it.
public struct MockWeChatLaunch: Sendable, Equatable {
    public let appid: String
    /// The page, without a slash in front.
    public let path: String
    /// The scene that the code was made with; empty for a code of a path.
    public let scene: String
    /// WeChat's number of how it was opened: 1047 camera, 1048 long press, 1049 album.
    public let launch: Int
}
