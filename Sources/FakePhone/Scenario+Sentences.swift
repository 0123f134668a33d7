extension Scenario.Action {
    /// The action as a sentence for the transcript.
    package var sentence: String {
        switch self {
        case .open(let browser, let opening):
            let what = opening.isRenewal ? "asks for a new code" : "opens an attempt"
            let tries = opening.tries > 1 ? ", up to \(opening.tries) tries" : ""
            return "\(browser) \(what)\(tries)"
        case .show(let browser): return "\(browser) shows its picture"
        case .look(let browser, let state):
            return "\(browser) looks at its attempt" + (state.map { ": \($0.rawValue)" } ?? "")
        case .watch(let browser, let kind): return "\(browser) watches by \(kind.rawValue)"
        case .sees(let browser, let state, _): return "\(browser) is told: \(state.rawValue)"
        case .saw(let browser, let states):
            let list = states.map(\.rawValue).joined(separator: ", ")
            return "\(browser) was told in all: \(list)"
        case .complete(let browser): return "\(browser) completes the login"
        case .cancelAttempt(let browser): return "\(browser) cancels its attempt"
        case .session(let browser): return "\(browser) asks who is logged in"
        case .logout(let browser): return "\(browser) logs out"
        case .logIn(let phone): return "\(phone) logs in to the mini-program"
        case .scan(let phone, let browser, let picture, let how):
            let which = picture.map { "picture \($0)" } ?? "the picture"
            return "\(phone) scans \(which) of \(browser) by \(how.rawValue)"
        case .confirm(let phone, let milliseconds):
            return "\(phone) confirms \(milliseconds) ms after the scan"
        case .cancel(let phone): return "\(phone) cancels"
        case .guess(let phone): return "\(phone) guesses a scene"
        case .advance(let seconds): return "the mock's clock moves on by \(seconds) s"
        case .fault(let fault):
            let members = String(decoding: fault.bytes, as: UTF8.self)
            return "the mock gets a fault: \(members)"
        case .clearFaults: return "the mock's faults are cleared"
        case .mark: return "the mock's journal is marked"
        case .asked(let endpoint, let count, _):
            return "the mock was asked for \(endpoint) at least \(count) x since the mark"
        }
    }

    /// Whether the action ends with an answer that `expect` can look at.
    var hasAnswer: Bool {
        switch self {
        case .open, .look, .watch, .complete, .cancelAttempt, .session, .logout, .logIn, .scan,
            .confirm, .cancel, .guess, .advance, .fault, .clearFaults:
            true
        case .show, .sees, .saw, .mark, .asked:
            false
        }
    }
}
