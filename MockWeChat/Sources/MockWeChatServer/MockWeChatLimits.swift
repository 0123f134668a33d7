/// Limits on what callers may send.
enum MockWeChatLimits {
    static let bodyBytesMax = 1 << 20
    static let pictureBytesMax = 16 << 20
    static let picturePixelsMax = 40_000_000
    static let headBytesMax = 64 << 10
    static let connectionsMax = 10_000
}
