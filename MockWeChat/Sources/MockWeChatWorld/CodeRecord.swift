/// What a code picture stands for.
struct CodeRecord: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// `getwxacodeunlimit`: a page and a scene.
        case unlimited
        /// `getwxacode`: a path with its query.
        case limited
        /// `createwxaqrcode`: a path with its query, in a square QR code.
        case square
    }

    let appid: String
    let path: String
    let scene: String
    let version: EnvironmentVersion
    let kind: Kind
}
