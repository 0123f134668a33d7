import LoginDomain
import Synchronization
package import WeChatClient

/// What has happened so often, and what took so long: numbers for operators.
///
/// One value behind one lock. It knows no time of its own and keeps no name of a person or secret:
/// every label is one of a few words of ours.
package final class Measures: Sendable {
    private let state = Mutex(Tally())

    package init() {}

    /// Something happened, in one of the ways its counter knows.
    package func count(_ counter: Tally.Counter, _ labels: String...) {
        state.withLock { $0.count(counter, labels) }
    }

    /// Something took so long.
    package func observe(_ timing: Tally.Timing, milliseconds: Double, _ labels: String...) {
        state.withLock { $0.observe(timing, milliseconds, labels) }
    }

    /// Counts and times exchanges with WeChat.
    package var weChatObserver: WeChatObserver {
        { [self] exchange in
            let call = exchange.call.rawValue
            count(.weChatCalls, call, exchange.wasSent ? exchange.result : "held_back")
            guard exchange.wasSent else { return }
            let milliseconds = Double(exchange.duration.wholeMilliseconds)
            observe(.weChat, milliseconds: milliseconds, call)
        }
    }

    /// Everything so far.
    package var tally: Tally { state.withLock { $0 } }
}

/// Counters and timings, a value.
package struct Tally: Sendable {
    /// What is counted.
    package enum Counter: String, CaseIterable, Sendable {
        case attemptsOpened = "attempts_opened_total"
        case attemptsEnded = "attempts_ended_total"
        case attemptsScanned = "attempts_scanned_total"
        case phoneLogins = "phone_logins_total"
        case codesIssued = "authorization_codes_issued_total"
        case codesRedeemed = "authorization_codes_redeemed_total"
        case tokensRefreshed = "refresh_tokens_exchanged_total"
        case weChatCalls = "wechat_calls_total"
        case limitsHit = "limits_hit_total"
        case storeFailures = "store_failures_total"
        case requests = "http_requests_total"

        /// For people who read the numbers.
        package var help: String {
            switch self {
            case .attemptsOpened: "Codes shown to browsers."
            case .attemptsEnded: "Attempts by the way they ended."
            case .attemptsScanned: "Codes scanned by a phone for the first time."
            case .phoneLogins: "Logins of mini-programs."
            case .codesIssued: "Authorization codes given to websites."
            case .codesRedeemed: "Authorization codes that websites exchanged for tokens."
            case .tokensRefreshed: "Refresh tokens that websites exchanged for new ones."
            case .weChatCalls: "Calls to WeChat by what came of them."
            case .limitsHit: "Requests refused by a limit."
            case .storeFailures: "Operations of the database that failed."
            case .requests: "Answers by status."
            }
        }

        package var labels: [String] {
            switch self {
            case .attemptsOpened, .attemptsScanned, .phoneLogins, .codesIssued, .codesRedeemed,
                .tokensRefreshed, .storeFailures:
                []
            case .attemptsEnded: ["end"]
            case .weChatCalls: ["call", "result"]
            case .limitsHit: ["limit"]
            case .requests: ["status"]
            }
        }
    }

    /// What is timed.
    package enum Timing: String, CaseIterable, Sendable {
        case push = "push_seconds"
        case weChat = "wechat_call_seconds"

        package var help: String {
            switch self {
            case .push: "From a change's arrival to its committed news being handed on."
            case .weChat: "How long WeChat took to answer, or to fail."
            }
        }

        package var labels: [String] {
            switch self {
            case .push: []
            case .weChat: ["call"]
            }
        }
    }

    /// How often values were at most so many milliseconds.
    package struct Histogram: Sendable {
        package static let boundsMilliseconds: [Double] = [
            1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
        ]
        /// One for each bound, and one for what is above them; not added up.
        package private(set) var counts = [Int](repeating: 0, count: boundsMilliseconds.count + 1)
        package private(set) var sumMilliseconds = 0.0

        mutating func add(_ milliseconds: Double) {
            let index = Self.boundsMilliseconds.firstIndex { milliseconds <= $0 }
            counts[index ?? Self.boundsMilliseconds.count] += 1
            sumMilliseconds += milliseconds
        }
    }

    /// More ways than this are counted as `other`: errcodes come from outside.
    package static let waysMax = 200

    package private(set) var counters: [Counter: [[String]: Int]] = [:]
    package private(set) var timings: [Timing: [[String]: Histogram]] = [:]

    package init() {}

    mutating func count(_ counter: Counter, _ labels: [String]) {
        precondition(labels.count == counter.labels.count, "the labels of \(counter)")
        let key = Self.key(labels, in: counters[counter])
        counters[counter, default: [:]][key, default: 0] += 1
    }

    mutating func observe(_ timing: Timing, _ milliseconds: Double, _ labels: [String]) {
        precondition(labels.count == timing.labels.count, "the labels of \(timing)")
        let key = Self.key(labels, in: timings[timing])
        timings[timing, default: [:]][key, default: Histogram()].add(milliseconds)
    }

    private static func key<Value>(_ labels: [String], in ways: [[String]: Value]?) -> [String] {
        guard let ways, ways[labels] == nil, ways.count >= waysMax else { return labels }
        return labels.map { _ in "other" }
    }
}
