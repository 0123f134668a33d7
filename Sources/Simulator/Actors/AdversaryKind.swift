/// Those who want a login that is not theirs, or no login for others.
///
/// A new one is a case here and a branch in `Adversary`.
package enum AdversaryKind: String, Sendable, CaseIterable {
    /// Scans whatever hangs on a screen, before or after its owner, and confirms.
    case secondPhone = "second phone"
    /// Confirms and cancels scenes that it has seen and never scanned.
    case unscannedConfirm = "confirm without scan"
    /// Scans an own code and shows its nonce for somebody else's.
    case foreignNonce = "foreign nonce"
    /// Shows scenes, nonces, bearers and cookies that it made up, and scenes as cookies.
    case guesser
    /// Repeats requests of others, byte for byte.
    case replayer
    /// Asks about attempts and sessions with cookies it found in pictures and elsewhere.
    case watcher
    /// Confirms and cancels at the same instant, and several times.
    case doubleTapper = "double tapper"
    /// Uses its own js_codes, bearers and nonces after their time.
    case latecomer
    /// Has seen what websites were given, and wants their tokens: as another website, without a proof, or
    /// once more.
    case codeThief = "code thief"
    /// Shows its own phone and its own website for what others have: their nonces, their logins, their tokens.
    case impostor
    /// Sends people's browsers to us with asks that no website may make, and has looked into the pages of
    /// others: it has their codes with the right verifiers, and lacks the secret or the address.
    case badWebsite = "bad website"

    /// Those that joined when seeds had been kept: they are drawn by dice of their own, which leaves the
    /// other seeds as they were.
    static let later: [AdversaryKind] = [.impostor, .badWebsite]
    static let first = allCases.filter { !later.contains($0) }
}
