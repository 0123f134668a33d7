import Logging
package import LoginDomain
import LoginStore
import WeChatClient

extension LoginService {
    /// Tells those who wait for an attempt what has just been committed.
    func publish(_ attempt: Attempt, at now: Timestamp) {
        watchers.publish(attempt.id, attempt.view(at: now))
        measures.observe(.push, milliseconds: Double(time.now().since(now).wholeMilliseconds))
        switch attempt.state {
        case .scanned: measures.count(.attemptsScanned)
        case .cancelled: measures.count(.attemptsEnded, "cancelled")
        case .expired: measures.count(.attemptsEnded, "expired")
        case .superseded: measures.count(.attemptsEnded, "superseded")
        case .created, .confirmed, .redeemed: break
        }
    }

    /// A limit was reached.
    package func refuse(_ limit: String, _ seconds: Int) -> LoginRefusal {
        measures.count(.limitsHit, limit)
        return .rateLimited(retryAfterSeconds: seconds)
    }

    /// How old the access token in use is; nil while there is none.
    package func weChatTokenSecondsOld() -> Int? { wechat.accessTokenSecondsOld() }

    /// The present, by the clock that everything here goes by.
    package func now() -> Timestamp { time.now() }

    /// Runs a store's operation; its failures become refusals here and nowhere else.
    func stored<Value>(
        _ body: () async throws(LoginStoreError) -> Value
    ) async throws(LoginRefusal) -> Value {
        do {
            return try await body()
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(_ error: LoginStoreError) -> LoginRefusal {
        switch error {
        case .full(let kind):
            measures.count(.limitsHit, "rows_\(kind.rawValue)")
            logger.warning("store full", metadata: ["of": "\(kind.rawValue)"])
            return .storeUnavailable(retryAfterSeconds: Self.fullRetryAfterSeconds)
        case .duplicate: return storeFailure("duplicate")
        case .unavailable(let reason): return storeFailure("unavailable: \(reason)")
        }
    }

    /// Rows go by the minute.
    static let fullRetryAfterSeconds = 10

    func storeFailure(_ reason: String) -> LoginRefusal {
        measures.count(.storeFailures)
        logger.error("store failed", metadata: ["reason": "\(reason)"])
        return .storeUnavailable(retryAfterSeconds: LoginRefusal.retryAfterSeconds)
    }

    /// Waits, by the clock that everything here goes by.
    package func sleep(for wait: Duration) async throws {
        try await time.sleep(for: wait)
    }

    func user(_ id: UserID) async throws(LoginRefusal) -> User? {
        try await stored { () async throws(LoginStoreError) in try await store.user(id) }
    }

    /// What a failure at WeChat means for the peer who waits (`wire.md`, "Phones").
    func refusal(_ error: WeChatError, doing call: String) -> LoginRefusal {
        switch error {
        case .invalidCode where Self.callsWithCode.contains(call):
            return .invalidCode
        case .userBlocked where call == Self.phoneLoginCall:
            return .userBlocked
        case .quotaReached:
            logger.warning(
                "WeChat refused",
                metadata: ["call": "\(call)", "why": "\(error.label)"]
            )
            return refuse("wechat_quota", Self.quotaRetryAfterSeconds)
        case .resting(let milliseconds, let isQuota):
            // What made it rest has been logged; a line a caller would fill the disk.
            let seconds = max(1, Int((milliseconds + 999) / 1000))
            return isQuota
                ? refuse("wechat_quota", seconds)
                : .weChatUnavailable(retryAfterSeconds: seconds)
        case .tokenRefused, .refused, .unreadable, .transport, .backingOff, .crowded,
            // Of a code or its owner, in answer to a call that has none.
            .invalidCode, .userBlocked:
            logger.warning("WeChat failed", metadata: ["call": "\(call)", "why": "\(error.label)"])
            return .weChatUnavailable(retryAfterSeconds: LoginRefusal.retryAfterSeconds)
        }
    }

    /// The one call of which a phone is told more of its owner than that it failed.
    static let phoneLoginCall = "jscode2session"
    /// Calls that bring a code along, which can be none.
    static let callsWithCode = [phoneLoginCall, WeChatCall.phoneNumber.rawValue]
    /// WeChat counts by the minute.
    static let quotaRetryAfterSeconds = 60
}
