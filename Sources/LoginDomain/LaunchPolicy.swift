/// What is done about how a phone read the code.
///
/// WeChat tells the mini-program: launch value 1047 is the live camera, 1048 a long press on a
/// picture, 1049 a picture of the album (WeChat, "scene list"). A code that was forwarded to a
/// victim arrives as one of the latter. The phone is the victim's, so it tells the truth there (T4).
package enum LaunchPolicy: String, Sendable, CaseIterable {
    /// Nothing.
    case off
    /// The phone's owner is warned and may confirm.
    case warn
    /// Only what the camera read may be confirmed; a launch value that is missing is not the camera.
    case strict

    /// The launch value of a code that the camera read.
    package static let camera = 1047
    /// The launch value of a plain URL scheme, `weixin://dl/business/?appid=…` (documented: WeChat,
    /// "URL Scheme"; 1065 is that of an encrypted one, which we do not make).
    package static let link = 1286

    /// Whether a confirm may follow such a reading.
    package func allows(_ launch: Int?) -> Bool {
        switch self {
        case .off, .warn: true
        case .strict: launch == Self.camera
        }
    }

    /// Whether the phone's owner should be warned of such a reading.
    package func warns(of launch: Int?) -> Bool {
        switch self {
        case .off: false
        case .warn, .strict: launch != Self.camera
        }
    }
}
