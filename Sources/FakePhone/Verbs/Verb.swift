/// One thing that somebody in a scenario can do: its name, its options, and how it is done.
///
/// A verb is added by writing one of these and putting it into its list (`all` of `Verbs/*.swift`).
/// The parser, the JSON Schema and the messages all come from here.
struct Verb: Sendable {
    /// Who can do it.
    enum Actor: String, Sendable, CaseIterable {
        case browser
        case phone
        /// A website's server.
        case website
        /// The mock of WeChat, `wechat` in a file.
        case mock
        /// The login server that the runner started, `server` in a file.
        case server
        /// `together`, which is nobody's.
        case several
    }

    let name: String
    let actor: Actor
    /// What happens, for editors that show the schema.
    let about: String
    let options: [VerbOption]
    /// Whether it ends with an answer that `expect` can look at, or `may_fail` not.
    var hasAnswer = true
    /// Whether it calls the login server, so that `borrow`, `forge` and `origin` go with it.
    var canBeTwisted = false
    /// The step as a sentence, from who does it and the options.
    let sentence: @Sendable (String, Arguments) -> String
    /// Does it; the answer that `expect` is about, if there is one.
    let perform: @Sendable (inout ScenarioPlay, Scenario.Step) async throws -> Reply?

    /// Every verb of an actor, in the order of the reference.
    static func all(of actor: Actor) -> [Verb] {
        switch actor {
        case .browser: browserVerbs + visitorVerbs + deviceVerbs(.browser)
        case .phone: phoneVerbs + deviceVerbs(.phone)
        case .website: websiteVerbs
        case .mock: mockVerbs
        case .server: serverVerbs
        case .several: []
        }
    }
}

extension Verb: Equatable {
    /// An actor has only one verb of a name.
    static func == (one: Verb, other: Verb) -> Bool {
        one.name == other.name && one.actor == other.actor
    }
}

/// An option beside a verb.
struct VerbOption: Sendable, Equatable {
    /// What its value may be.
    enum Kind: Sendable, Equatable {
        case text
        case int(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case bool
        /// An HTTP method, and a path with its query.
        case method
        case path
        case choice([String])
        case choices([String])
        /// A list of texts.
        case texts
        /// Header fields.
        case fields
        /// Some of the calls that somebody has sent: the beginning of their path, or an operation.
        case calls
        /// A browser, a phone or either, by its name in the cast.
        case browser
        case phone
        case anybody
        /// A website, by its name in the cast.
        case website
        /// What is typed as the number: digits, `of BROWSER` or `wrong of BROWSER`.
        case shownNumber
    }

    let name: String
    let kind: Kind
    var isRequired = false
    let about: String

    static func needs(_ name: String, _ kind: Kind, _ about: String) -> VerbOption {
        VerbOption(name: name, kind: kind, isRequired: true, about: about)
    }

    static func takes(_ name: String, _ kind: Kind, _ about: String) -> VerbOption {
        VerbOption(name: name, kind: kind, about: about)
    }

    static func takes<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        oneOf type: Value.Type,
        _ about: String
    ) -> VerbOption where Value.RawValue == String {
        takes(name, .choice(type.allCases.map(\.rawValue)), about)
    }

    static func needs<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        oneOf type: Value.Type,
        _ about: String
    ) -> VerbOption where Value.RawValue == String {
        needs(name, .choice(type.allCases.map(\.rawValue)), about)
    }
}

/// The options of one step, read and checked.
struct Arguments: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case text(String)
        case int(Int)
        case number(Double)
        case bool(Bool)
        case texts([String])
        case fields([String: String])
    }

    var values: [String: Value] = [:]

    func text(_ name: String) -> String? {
        guard case .text(let text) = values[name] else { return nil }
        return text
    }

    func int(_ name: String) -> Int? {
        guard case .int(let number) = values[name] else { return nil }
        return number
    }

    func number(_ name: String) -> Double? {
        guard case .number(let number) = values[name] else { return nil }
        return number
    }

    func bool(_ name: String) -> Bool? {
        guard case .bool(let value) = values[name] else { return nil }
        return value
    }

    func texts(_ name: String) -> [String]? {
        guard case .texts(let texts) = values[name] else { return nil }
        return texts
    }

    func fields(_ name: String) -> [String: String]? {
        guard case .fields(let fields) = values[name] else { return nil }
        return fields
    }

    func seconds(_ name: String) -> Duration? { int(name).map { .seconds($0) } }

    /// One of the named values of an enum; the parser has checked the name.
    func choice<Value: RawRepresentable>(_ name: String, of type: Value.Type) -> Value?
    where Value.RawValue == String {
        text(name).flatMap(Value.init(rawValue:))
    }

    /// A text that the parser has made sure of.
    func required(_ name: String) throws -> String {
        guard let text = text(name) else {
            throw StepEnd.failed(expected: "the option '\(name)'", got: "none")
        }
        return text
    }
}
