/// How a phone looks at a code.
package enum ScanWay: String, Sendable, CaseIterable {
    case camera
    case longpress
    case album

    /// WeChat's number of the launch, WeChat page "scene values".
    var launch: Int {
        switch self {
        case .camera: 1047
        case .longpress: 1048
        case .album: 1049
        }
    }
}
