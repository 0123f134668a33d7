import Hummingbird
import LoginDomain

/// The two cookies, byte for byte as the threat model writes them (section 3.2).
///
/// On a plain-http loopback origin, for development, a browser would refuse `__Host-` and `Secure`:
/// the names lose the one and the attributes the other.
struct Cookies: Sendable {
    private let attemptName: String
    private let sessionName: String
    private let attributes: String

    /// The attempt cookie goes with the parked request it may belong to.
    static let attemptMaxAgeSeconds = 600

    init(_ origin: Origin) {
        let prefix = origin.isSecure ? "__Host-" : ""
        attemptName = prefix + "sl_attempt"
        sessionName = prefix + "sl_session"
        attributes =
            origin.isSecure
            ? "Path=/; Secure; HttpOnly; SameSite=Lax" : "Path=/; HttpOnly; SameSite=Lax"
    }

    func attempt(in request: HTTPFields) -> AttemptCookie? {
        value(attemptName, in: request).flatMap { AttemptCookie(presented: $0) }
    }

    func session(in request: HTTPFields) -> SessionCookie? {
        value(sessionName, in: request).flatMap { SessionCookie(presented: $0) }
    }

    func setting(_ attempt: AttemptCookie) -> String {
        "\(attemptName)=\(attempt.exposed); \(attributes); Max-Age=\(Self.attemptMaxAgeSeconds)"
    }

    func setting(_ session: SessionCookie) -> String {
        "\(sessionName)=\(session.exposed); \(attributes)"
    }

    var clearingAttempt: String { "\(attemptName)=; \(attributes); Max-Age=0" }

    var clearingSession: String { "\(sessionName)=; \(attributes); Max-Age=0" }

    /// The first cookie of that name (RFC 6265 section 5.4 sends the longest path first).
    private func value(_ name: String, in fields: HTTPFields) -> Substring? {
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else {
                    continue
                }
                return pair[pair.index(after: equals)...]
            }
        }
        return nil
    }
}
