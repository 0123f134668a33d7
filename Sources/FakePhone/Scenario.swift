/// A story to play: who takes part, what they do in which order, and what must come of it.
///
/// Fixtures/Scenarios/README.md is the reference of the language; `Scenario+Parsing.swift` reads
/// it. A scenario that exists is sound: every name in a step is in the cast.
package struct Scenario: Sendable, Equatable {
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

    /// Somebody who takes part.
    package struct CastMember: Sendable, Equatable {
        package enum Role: Sendable, Equatable {
            case browser
            /// A phone, and the name of its owner at the mock.
            case phone(person: String)
        }

        package var name: String
        package var role: Role
    }

    /// One thing that somebody does, and what must come of it.
    package struct Step: Sendable, Equatable {
        package var action: Action
        package var expectation: Expectation
        /// The name under which the answer's bytes are kept for a later `body_as`.
        package var keepBody: String?
        /// The step as a sentence.
        package var sentence: String
        /// The line in the file, from 1.
        package var line: Int
    }

    /// What a step does.
    package enum Action: Sendable, Equatable {
        case open(browser: String, Opening)
        case show(browser: String)
        case look(browser: String, state: AttemptState?)
        case watch(browser: String, by: WatchKind)
        case sees(browser: String, state: AttemptState, withinSeconds: Int?)
        case saw(browser: String, states: [AttemptState])
        case complete(browser: String)
        case cancelAttempt(browser: String)
        case session(browser: String)
        case logout(browser: String)

        case logIn(phone: String)
        /// `picture` counts the browser's pictures from 1; nil is the one on its screen.
        case scan(phone: String, browser: String, picture: Int?, how: FakePhone.ScanHow)
        case confirm(phone: String, afterMilliseconds: Int)
        case cancel(phone: String)
        case guess(phone: String)

        case advance(seconds: Int)
        case fault(JSONValue)
        case clearFaults
        case mark
        case asked(endpoint: String, atLeast: Int, withinSeconds: Int)
    }

    /// How a code is asked for.
    package struct Opening: Sendable, Equatable {
        /// The new picture must differ from the one before.
        package var isRenewal = false
        /// How often to try; each failure but the last must be `retryOn` with `Retry-After`.
        package var tries = 1
        package var retryOn = "wechat_unavailable"

        package init(isRenewal: Bool = false) {
            self.isRenewal = isRenewal
        }
    }

    /// What an answer must be; with nothing stated, any status of success.
    package struct Expectation: Sendable, Equatable {
        package var status: Int?
        package var error: String?
        /// The phone whose user the answer must name.
        package var userOfPhone: String?
        package var redirect: String?
        /// `Retry-After` must be there, in whole seconds.
        package var retryAfter = false
        /// The kept body that this one must equal byte for byte.
        package var bodyAs: String?

        package init() {}
    }
}
