package import LoginDomain
package import OpenIDConnect

/// Why a use case did not happen.
///
/// The edge maps each to a status and a name, in one place.
package enum LoginRefusal: Error, Sendable, Equatable {
    // Browsers
    /// No attempt belongs to this cookie.
    case noAttempt
    /// The phone has not said yes, or the attempt ended otherwise.
    case notConfirmed
    /// The login of this attempt has been collected.
    case alreadyCompleted
    /// No live session belongs to this cookie.
    case noSession

    /// A website's request that nobody may tell the website of (T20).
    case unsoundRequest(AuthorizationJudge.PageFlaw)
    /// No website's request waits for this browser.
    case noRequest
    /// The website's request has waited too long, or was shown too many codes.
    case requestExpired

    // Phones
    /// No live phone session belongs to this bearer.
    case noPhoneSession
    /// WeChat does not know the js_code, or it was used.
    case invalidCode
    /// WeChat holds the user for a risk.
    case userBlocked
    /// The confirm came sooner after the scan than a person can be.
    case tooFast
    /// The code was not read by the camera, and the policy is strict (T4).
    case confirmBlocked
    /// The confirm must carry the number that the browser shows (T4).
    case numberRequired
    /// Not a nickname one may have, and why.
    case badNickName(NickName.Flaw)
    /// Not a picture we keep.
    case unknownPicture
    /// This user has no login of that id.
    case unknownLogin
    /// Unknown, expired, cancelled, used, or somebody else's: nobody is told which (T1).
    case sceneUnavailable

    // Both
    case rateLimited(retryAfterSeconds: Int)
    case weChatUnavailable(retryAfterSeconds: Int)
    /// The store failed; nothing was acknowledged.
    case storeUnavailable(retryAfterSeconds: Int)
}

extension LoginRefusal {
    /// What a peer is told to wait when nobody knows better.
    static let retryAfterSeconds = 2
}
