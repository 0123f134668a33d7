/// The tokens of one app.
///
/// WeChat keeps the two kinds apart: neither call touches the other's.
struct AppTokens: Sendable {
    var plain: String?
    var stable: String?
    var lastForced: Moment?
    var forced = CallCounter()
}
