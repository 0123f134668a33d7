/// How one scenario ended.
package struct ScenarioResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case passed
        case failed(Failure)
        /// Not played to its end, for a reason that is no fault of the server.
        case skipped(String)
    }

    /// The step that did not come out as it should.
    package struct Failure: Sendable, Equatable {
        /// The step's number, from 1.
        package var step: Int
        package var sentence: String
        /// The line in the scenario's file, from 1.
        package var line: Int
        package var expected: String
        package var got: String
        /// What was said last, oldest first.
        package var lastExchanges: [Exchange]
        /// Whether an adversary got what should have been refused.
        package var gotThrough: Bool

        package init(
            step: Int,
            sentence: String,
            line: Int,
            expected: String,
            got: String,
            lastExchanges: [Exchange],
            gotThrough: Bool = false
        ) {
            self.step = step
            self.sentence = sentence
            self.line = line
            self.expected = expected
            self.got = got
            self.lastExchanges = lastExchanges
            self.gotThrough = gotThrough
        }
    }

    package var name: String
    package var file: String
    package var outcome: Outcome
    /// How many steps were begun.
    package var steps: Int
    package var duration: Duration
    /// Everything that was said.
    package var exchanges: [Exchange]

    package init(
        name: String,
        file: String,
        outcome: Outcome,
        steps: Int,
        duration: Duration,
        exchanges: [Exchange]
    ) {
        self.name = name
        self.file = file
        self.outcome = outcome
        self.steps = steps
        self.duration = duration
        self.exchanges = exchanges
    }
}

/// What a listener hears while a scenario is played.
package enum RunEvent: Sendable, Equatable {
    case began(Scenario)
    /// A step begins; numbers from 1.
    case step(number: Int, sentence: String)
    case exchange(Exchange)
    /// Something takes long; what and how long so far.
    case progress(String)
    case ended(ScenarioResult)
}
