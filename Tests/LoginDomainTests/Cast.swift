import LoginDomain
import TestSupport

/// The people, phones and moments of the state machine's tests.
enum Cast {
    static let policy = LoginPolicy()
    static let start = ManualTime.start
    static let browser = BrowserFacts(address: "192.0.2.1", userAgent: "Firefox on Linux")

    static let alice = userID("alice")
    static let mallory = userID("mallory")
    /// Two runs of the mini-program on alice's phone, and one on mallory's.
    static let phone = digest(1)
    static let otherPhone = digest(2)
    static let malloryPhone = digest(3)
    static let nonce = digest(11)
    static let laterNonce = digest(12)
    static let wrongNonce = digest(13)

    /// A digest that is all one byte.
    static func digest(_ byte: UInt8) -> SecretDigest {
        guard let digest = SecretDigest(bytes: Array(repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes")
        }
        return digest
    }

    static func userID(_ name: String) -> UserID {
        let padded = "u_" + name + String(repeating: "0", count: 20 - name.utf8.count)
        guard let id = UserID(text: padded) else { preconditionFailure(padded) }
        return id
    }

    /// A new attempt.
    static func attempt(policy: LoginPolicy = policy) -> Attempt {
        Attempt(
            id: id,
            chain: id,
            cookie: digest(21),
            scene: digest(22),
            browser: browser,
            at: start,
            policy: policy
        )
    }

    /// An attempt that came to stand somewhere, as a store gives it back.
    static func attempt(in state: Attempt.State, seq: Int) -> Attempt {
        let new = attempt()
        return Attempt(
            id: new.id,
            chain: new.chain,
            cookie: new.cookie,
            scene: new.scene,
            browser: new.browser,
            createdAt: new.createdAt,
            sceneExpiresAt: new.sceneExpiresAt,
            capAt: new.capAt,
            state: state,
            seq: seq
        )
    }

    private static var id: AttemptID {
        var dice = SeededDice(seed: 7)
        return AttemptID(using: &dice)
    }

    /// A moment, in milliseconds after the attempt was made.
    static func at(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + milliseconds)
    }

    /// What a scan by alice leaves, at `at(scannedAt)`.
    static func scan(phone: SecretDigest = phone, nonce: SecretDigest = nonce) -> Attempt.Scan {
        Attempt.Scan(
            owner: alice,
            phone: phone,
            nonce: nonce,
            at: at(scannedAt),
            expiresAt: at(scannedAt + 60_000)
        )
    }

    static let scannedAt: Int64 = 10_000
}
