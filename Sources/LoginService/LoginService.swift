import Crypto
package import Logging
package import LoginDomain
package import LoginStore
import OpenIDConnect
import Synchronization
package import WeChatClient

/// The use cases of a login: open, watch, scan, confirm, cancel, complete; and the browser's
/// session after it; and what websites are told of it: codes, tokens, claims.
///
/// Owns: the order of steps (draw, ask WeChat, commit, then push), who is told (`AttemptWatchers`),
/// what is written down late (the sweeper), and how often a stranger may guess (`Budgets`).
/// Does not own: HTTP, cookies' names, SQL, the rules of an attempt (`LoginDomain`).
/// Called by: `LoginServer`.
///
/// Everything a peer presented arrives here as text and is parsed into a type once; from then on
/// it is trusted to have its shape.
package final class LoginService: Sendable {
    let store: any LoginStore
    let wechat: WeChatClient
    let time: any TimeSource
    let dice: Dice
    let site: ClientCard
    let openID: OpenIDProvider
    let keys = Mutex(SigningKeys())
    let logger: Logger
    /// Every lifetime and budget in force.
    package let policy: LoginPolicy
    /// Those who wait for news of an attempt.
    package let watchers = AttemptWatchers()
    /// What happened how often.
    package let measures: Measures
    let budgets: Mutex<Budgets>
    let pool: Mutex<CodePool<PooledCode>>
    /// Refusals that wait to be written into the audit log.
    let audit = Mutex(AuditQueue())

    package init(
        store: any LoginStore,
        wechat: WeChatClient,
        policy: LoginPolicy,
        site: ClientCard,
        openID: OpenIDProvider,
        time: any TimeSource,
        dice: Dice,
        logger: Logger,
        measures: Measures = Measures()
    ) {
        self.store = store
        self.wechat = wechat
        self.policy = policy
        self.site = site
        self.openID = openID
        self.time = time
        self.dice = dice
        self.logger = logger
        self.measures = measures
        self.budgets = Mutex(Budgets(policy))
        self.pool = Mutex(CodePool(size: policy.pooledCodes))
    }
}

/// Time, as the use cases need it.
///
/// The program gives the real one, tests one they move.
package protocol TimeSource: Sendable {
    /// The present. It never goes back while the process lives, whatever the wall clock does (T42).
    func now() -> Timestamp
    /// Returns after `wait`, or throws when the task is cancelled.
    func sleep(for wait: Duration) async throws
}

/// The dice, behind a lock.
///
/// The program gives the system's generator, tests a seeded one.
package final class Dice: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    package init(_ generator: some RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    /// Draws something.
    package func draw<Value: Sendable>(
        _ body: (inout any RandomNumberGenerator & Sendable) -> Value
    ) -> Value {
        generator.withLock { body(&$0) }
    }
}

extension Secret {
    /// What is stored and looked up in this secret's place.
    package var digest: SecretDigest {
        secretDigest(of: exposed)
    }
}

/// The SHA-256 of a website's secret that an operator has chosen: what is stored in its place.
package func clientSecretDigest(of secret: String) -> SecretDigest {
    secretDigest(of: secret)
}

/// The SHA-256 of a text.
func secretDigest(of text: String) -> SecretDigest {
    let bytes = SHA256.hash(data: Array(text.utf8)).withUnsafeBytes { Array($0) }
    guard let digest = SecretDigest(bytes: bytes) else {
        preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
}
