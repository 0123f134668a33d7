/// WeChat's two families of paths, which write their answers differently.
///
/// Observed 2026-09 for the joiner of the request id, and 2024-07 and 2026 for the content types.
enum PathFamily: Sendable {
    /// `/sns/*`: `text/plain`, and a comma before the request id.
    case sns
    /// `/cgi-bin/*`, `/wxa/*` and all others: JSON by name, and a space before the request id.
    case api

    init(path: String) {
        self = path.hasPrefix("/sns/") ? .sns : .api
    }

    /// The parameter is really called `encoding`, not `charset`.
    var contentType: String {
        switch self {
        case .sns: "text/plain"
        case .api: "application/json; encoding=utf-8"
        }
    }

    var joiner: String {
        switch self {
        case .sns: ", "
        case .api: " "
        }
    }
}
