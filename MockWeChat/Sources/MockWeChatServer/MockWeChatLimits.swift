import NIOCore

/// Limits on what callers may send.
enum MockWeChatLimits {
    static let bodyBytesMax = 1 << 20
    static let pictureBytesMax = 16 << 20
    static let picturePixelsMax = 40_000_000
    static let headBytesMax = 64 << 10
    static let connectionsMax = 10_000
    static let backlog: CInt = 1024
    /// A connection that carries nothing for so long is closed, as the real service's front does.
    static let idleTimeout = TimeAmount.seconds(75)
    /// How long requests that are being answered may go on after the order to stop.
    static let shutdownPatience = TimeAmount.seconds(1)
    /// How long a caller who was refused in the middle of a body may go on sending it.
    static let lingering = TimeAmount.seconds(5)
    static let cachedPicturesMax = 256
    /// What is sent at a time of a body that a fault has made long.
    static let paddingBytes = 64 << 10

    // MARK: The virtual phone

    /// The largest body of a mini-program's own request, with what it is wrapped in.
    static let phoneRequestBytesMax = 1 << 20
    /// The largest file of wx.uploadFile; WeChat publishes no number.
    static let phoneUploadBytesMax = 10 << 20
    /// The largest answer that a mini-program's server may give.
    static let phoneAnswerBytesMax = 4 << 20
    /// Calls of all phones together; one phone makes ten at once.
    static let phoneCallsMax = 64
    static let phoneConnectTimeout = TimeAmount.seconds(10)
    /// A developer's own copy of a mini-program.
    static let miniProgramFilesMax = 200
    static let miniProgramFileBytesMax = 1 << 20
}
