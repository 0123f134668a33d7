/// A story to play: who takes part, what they do in which order, and what must come of it.
///
/// Fixtures/Scenarios/README.md is the reference of the language; `Scenario+Parsing.swift` reads
/// it. A scenario that exists is sound: every name in a step is in the cast.
package struct Scenario: Sendable, Equatable {
    /// The version of the language; a file that states another one is refused.
    package static let version = 1
    /// The longest a scenario may take unless it says otherwise, in seconds.
    package static let limitSeconds = 60

    /// One short line; the file's name without `.yaml` when the file gives none.
    package var name: String
    /// What the story shows, in a sentence; may be empty.
    package var about: String
    /// The file it came from, as it was given.
    package var file: String
    /// The longest life of a code, in seconds, that the story can bear; nil for any.
    package var sceneSecondsMax: Int?
    /// In the file's order.
    package var cast: [CastMember]
    package var steps: [Step]
    /// The longest it may take.
    package var limit: Duration = .seconds(Scenario.limitSeconds)
    /// The names in its `vars`.
    package var variables: Set<String> = []
    /// How often it is played; nil for once.
    package var repetition: Repetition?
    /// What it attacks; nil when nobody does.
    package var adversary: Adversary?
    /// What the login server must be started with, without `SCAN_LOGIN_`; nil when any will do.
    package var serverSettings: [String: String]?
    /// Whether it must not share its servers with a scenario that is played at the same time.
    package var isAlone = false

    /// Whether websites take part, which have to be registered at the login server.
    package var hasWebsites: Bool { cast.contains { $0.role == .website } }

    /// Whether only a server that the runner started will do.
    package var needsOwnServer: Bool {
        serverSettings != nil || hasWebsites || everyStep.contains { $0.verb.actor == .server }
    }

    /// Every step, those of `together` too.
    package var everyStep: [Step] { steps.flatMap { [$0] + $0.steps } }

    /// Somebody who takes part.
    package struct CastMember: Sendable, Equatable {
        package enum Role: Sendable, Equatable {
            case browser
            /// Another tab of a browser: the same cookies, a watch of its own.
            case tab(of: String)
            /// A phone, and the name of its owner at the mock.
            case phone(person: String)
            /// A website that speaks OpenID Connect, registered at the login server.
            case website
        }

        package var name: String
        package var role: Role
        /// Whether the person is made at the mock when it does not know them.
        package var isNew = false
        /// Where the person stands in the file.
        package var line = 1
        package var column = 1

        package var isBrowser: Bool {
            switch role {
            case .browser, .tab: true
            case .phone, .website: false
            }
        }

        package var isPhone: Bool {
            guard case .phone = role else { return false }
            return true
        }
    }

    /// The same story many times, each with browsers and phones of its own.
    package struct Repetition: Sendable, Equatable {
        package var times: Int
        /// How many at once.
        package var parallel: Int
    }

    /// The mark of an adversary's story.
    package struct Adversary: Sendable, Equatable {
        /// The threat's number, such as `T03`.
        package var threat: String
        /// What would be gained.
        package var wants: String
    }

    /// One thing that somebody does, and what must come of it.
    package struct Step: Sendable, Equatable {
        package var who: String
        let verb: Verb
        var arguments: Arguments
        /// Whose variables are used instead of one's own, by the variable's name.
        var borrowed: [String: String] = [:]
        /// Members added to the body that is sent, or put in the place of its own.
        var forged: [String: JSONValue] = [:]
        /// The `Origin` of this call.
        var origin: String?
        /// The steps of `together`, empty for any other.
        package var steps: [Step] = []
        /// How many of `steps` must succeed; nil when each is judged for itself.
        var wins: Int?
        /// What exactly one answer of `steps` must be.
        var expectOne: Expectation?
        /// What the answer must be; nil when the file says nothing, which asks for a success.
        package var expectation: Expectation?
        /// Whether any answer will do: a later step tells what came of it.
        package var mayFail = false
        /// The name under which the answer's bytes are kept for a later `body_as`.
        package var keepBody: String?
        /// The longest the step may take.
        package var within: Duration?
        /// Whether an unmet expectation here means that an adversary got through.
        package var isAttack = false
        /// The step as a sentence.
        package var sentence: String
        /// The line in the file, from 1.
        package var line: Int
    }
}
