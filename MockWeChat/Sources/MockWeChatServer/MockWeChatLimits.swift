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
}
