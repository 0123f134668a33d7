import Logging
import LoginDomain
import LoginStore
import WeChatClient

extension LoginService {
    /// Tells those who wait for an attempt what has just been committed.
    func publish(_ attempt: Attempt, at now: Timestamp) {
        watchers.publish(attempt.id, attempt.view(at: now))
    }

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
        guard case .full(let kind) = error else { return storeFailure("\(error)") }
        logger.warning("store full", metadata: ["of": "\(kind.rawValue)"])
        return .storeUnavailable(retryAfterSeconds: Self.fullRetryAfterSeconds)
    }

    /// Rows go by the minute.
    static let fullRetryAfterSeconds = 10

    func storeFailure(_ reason: String) -> LoginRefusal {
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
        case .invalidCode:
            return .invalidCode
        case .userBlocked:
            return .userBlocked
        case .quotaReached:
            logger.warning(
                "WeChat refused",
                metadata: ["call": "\(call)", "why": "\(error.label)"]
            )
            return .rateLimited(retryAfterSeconds: Self.quotaRetryAfterSeconds)
        case .tokenRefused, .refused, .unreadable, .transport, .backingOff:
            logger.warning("WeChat failed", metadata: ["call": "\(call)", "why": "\(error.label)"])
            return .weChatUnavailable(retryAfterSeconds: LoginRefusal.retryAfterSeconds)
        }
    }

    /// WeChat counts by the minute.
    static let quotaRetryAfterSeconds = 60
}
