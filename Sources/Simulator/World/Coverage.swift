import Synchronization

/// What was reached, and how often: pairs of state and event, faults, answers.
package final class Coverage: Sendable {
    private let state = Mutex<[String: Int]>([:])

    package init() {}

    /// Something was reached.
    func reach(_ name: String) {
        state.withLock { $0[name, default: 0] += 1 }
    }

    /// Takes what another has counted too.
    package func add(_ other: Coverage) {
        let counts = other.counts
        state.withLock { $0.merge(counts, uniquingKeysWith: +) }
    }

    package var counts: [String: Int] { state.withLock { $0 } }

    /// States of an attempt and what can happen to it in each.
    private static let states = [
        "created", "scanned", "confirmed", "redeemed", "cancelled", "expired", "superseded",
    ]
    private static let events = [
        "scan", "confirm", "cancel by phone", "cancel by browser", "supersede", "complete",
        "expire",
    ]

    /// Everything that a long campaign should reach.
    package static let goals: [String] = {
        let pairs = states.flatMap { state in events.map { "\(state) × \($0)" } }
            // What has ended has no deadline.
            .filter { pair in
                !["redeemed", "cancelled", "expired", "superseded"]
                    .contains { pair == "\($0) × expire" }
            }
        let faults = Fault.allCases.map { "fault: \($0.rawValue)" }
        let refusals = [
            "noAttempt", "notConfirmed", "alreadyCompleted", "noSession", "noPhoneSession",
            "invalidCode", "userBlocked", "tooFast", "confirmBlocked", "numberRequired",
            "sceneUnavailable", "rateLimited", "weChatUnavailable", "storeUnavailable",
            "unknownLogin", "badNickName", "noRequest", "requestExpired", "unsoundRequest",
        ]
        let oauth = [
            "authorize: invalid_request", "authorize: login_required",
            "authorize: temporarily_unavailable", "resume: temporarily_unavailable",
            "tokens: invalid_client", "tokens: invalid_grant", "revoke token: invalid_client",
        ]
        let adversaries = AdversaryKind.allCases.map { "adversary: \($0.rawValue)" }
        let operators = ["a key is published", "a key is revoked"].map { "operator: \($0)" }
        return pairs + faults + operators + refusals.map { "refused: \($0)" } + oauth + adversaries
    }()

    /// The goals that were never reached.
    package var missed: [String] {
        let counts = counts
        return Self.goals.filter { counts[$0] == nil }
    }

    /// Everything with its count, by name.
    package var lines: [String] {
        counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }
}

/// What may go wrong on purpose.
enum Fault: String, Sendable, CaseIterable {
    case lostRequest = "request lost"
    case lostAnswer = "answer lost"
    case duplicate = "request duplicated"
    case givenUp = "client gone before the answer"
    case slow = "slow request"
    case pushReset = "push connection reset"
    case halfOpen = "push connection half open"
    case partition = "node cut off"
    case nodeDown = "node down"
    case weChatUnreachable = "wechat unreachable"
    case weChatLostAnswer = "wechat answer lost"
    case weChatError = "wechat errcode"
    case weChatGarbage = "wechat garbage"
    case weChatSlow = "wechat slow"
    case weChatLate = "wechat did what was given up"
    case foreignRefresh = "access token refreshed by somebody else"
    case storeFailure = "store failed before"
    case storeLostAcknowledgement = "store failed after"
    case storeStall = "store stalled"
    case storeConflict = "change ran twice"
    case crash = "node crashed"
    case crashAtStore = "node crashed inside of the store"
    case shutdown = "node stopped in order"
    case rollback = "backup restored"
    case clockJump = "wall clock jumped"
}
