internal import Foundation
internal import Yams

extension Scenario {
    /// The name of the mock in a scenario's steps.
    static let mockName = "wechat"

    /// Reads a scenario file's text.
    ///
    /// - Parameters:
    ///   - text: the file's text, YAML.
    ///   - file: the file's name for messages and for a scenario without a name.
    /// - Throws: the first thing that is wrong, with its line and column.
    package init(yaml text: String, file: String) throws(ScenarioError) {
        let reader = YAMLReader(file: file)
        let root = try reader.root(text)
        var top = StepOptions(
            try reader.members(root, of: "a scenario"),
            of: "a scenario",
            owner: root,
            reader: reader
        )
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        let name = try top.take("name").map { node throws(ScenarioError) in
            try reader.string(node, "name")
        }
        let about = try top.take("about").map { node throws(ScenarioError) in
            try reader.string(node, "about")
        }
        let sceneSecondsMax = try top.take("needs").flatMap { node throws(ScenarioError) in
            try Self.needs(node, reader)
        }
        let castNode = try top.require("cast")
        let stepsNode = try top.require("steps")
        try top.finish()

        let cast = try Self.cast(castNode, reader)
        var parser = StepParser(reader: reader, cast: cast)
        var steps: [Step] = []
        for node in try reader.elements(stepsNode, of: "steps") {
            steps.append(try parser.step(node))
        }
        self.init(
            name: name ?? stem,
            about: about ?? "",
            file: file,
            sceneSecondsMax: sceneSecondsMax,
            cast: cast,
            steps: steps
        )
    }

    private static func needs(_ node: Node, _ reader: YAMLReader) throws(ScenarioError) -> Int? {
        var options = StepOptions(
            try reader.members(node, of: "needs"),
            of: "needs",
            owner: node,
            reader: reader
        )
        let seconds = try options.take("scene_seconds_max").map { node throws(ScenarioError) in
            try reader.int(node, "scene_seconds_max", in: 1...86_400)
        }
        try options.finish()
        return seconds
    }

    /// `laptop: browser`, `phone: { phone: alice }`.
    private static func cast(
        _ node: Node,
        _ reader: YAMLReader
    ) throws(ScenarioError) -> [CastMember] {
        var cast: [CastMember] = []
        for (key, value) in try reader.members(node, of: "cast") {
            let name = try reader.string(key, "a name in the cast")
            guard name != mockName else {
                throw reader.error(key, "'\(mockName)' is the mock and always there")
            }
            if case .scalar(let scalar) = value {
                guard scalar.string == "browser" else {
                    throw reader.error(
                        value,
                        "\(name) must be 'browser' or '{ phone: PERSON }', not '\(scalar.string)'"
                    )
                }
                cast.append(CastMember(name: name, role: .browser))
                continue
            }
            var options = StepOptions(
                try reader.members(value, of: name),
                of: name,
                owner: value,
                reader: reader
            )
            let person = try reader.string(try options.require("phone"), "phone")
            try options.finish()
            // The name becomes a part of a path.
            guard person.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
            else { throw reader.error(value, "'\(person)' is no name of a person at the mock") }
            cast.append(CastMember(name: name, role: .phone(person: person)))
        }
        guard !cast.isEmpty else { throw reader.error(node, "cast must not be empty") }
        return cast
    }
}

/// Reads the steps of one scenario in their order.
private struct StepParser {
    private static let browserVerbs = [
        "open", "renew", "show", "look", "watch", "sees", "saw", "complete", "cancel", "session",
        "logout",
    ]
    private static let phoneVerbs = ["login", "scan", "confirm", "cancel", "guess"]
    private static let mockVerbs = ["advance", "fault", "clear_faults", "mark", "asked"]

    let reader: YAMLReader
    let cast: [Scenario.CastMember]
    /// The names that earlier steps gave to answers.
    private var keptBodies: [String] = []

    init(reader: YAMLReader, cast: [Scenario.CastMember]) {
        self.reader = reader
        self.cast = cast
    }

    /// `- who: verb`, then the verb's options as further members.
    mutating func step(_ node: Node) throws(ScenarioError) -> Scenario.Step {
        let members = try reader.members(node, of: "a step")
        guard let (whoNode, verbNode) = members.first else {
            throw reader.error(node, "a step must begin with 'who: verb'")
        }
        let who = try reader.string(whoNode, "who")
        let verb = try reader.string(verbNode, "the verb of \(who)")
        var options = StepOptions(
            Array(members.dropFirst()),
            of: "'\(who): \(verb)'",
            owner: whoNode,
            reader: reader
        )
        let action: Scenario.Action?
        let verbs: [String]
        if who == Scenario.mockName {
            verbs = Self.mockVerbs
            action = try mockAction(verb, &options)
        } else {
            guard let member = cast.first(where: { $0.name == who }) else {
                throw reader.error(whoNode, unknown(who))
            }
            switch member.role {
            case .browser:
                verbs = Self.browserVerbs
                action = try browserAction(who, verb, &options)
            case .phone:
                verbs = Self.phoneVerbs
                action = try phoneAction(who, verb, &options)
            }
        }
        guard let action else {
            throw reader.error(
                verbNode,
                "\(who) cannot '\(verb)'; it can \(verbs.joined(separator: ", "))"
            )
        }
        var step = Scenario.Step(
            action: action,
            expectation: .init(),
            sentence: action.sentence,
            line: whoNode.mark?.line ?? 1
        )
        if action.hasAnswer {
            if let node = options.take("expect") { step.expectation = try expectation(node) }
            if let node = options.take("keep_body") {
                let name = try reader.string(node, "keep_body")
                keptBodies.append(name)
                step.keepBody = name
            }
        }
        try options.finish()
        return step
    }

    private func unknown(_ who: String) -> String {
        let names = cast.map(\.name) + [Scenario.mockName]
        return "'\(who)' is not in the cast: \(names.joined(separator: ", "))"
    }

    // MARK: Verbs

    private func browserAction(
        _ who: String,
        _ verb: String,
        _ options: inout StepOptions
    ) throws(ScenarioError) -> Scenario.Action? {
        switch verb {
        case "open", "renew":
            var opening = Scenario.Opening(isRenewal: verb == "renew")
            if let node = options.take("tries") {
                opening.tries = try reader.int(node, "tries", in: 1...100)
            }
            if let node = options.take("retry_on") {
                opening.retryOn = try reader.string(node, "retry_on")
            }
            return .open(browser: who, opening)
        case "show": return .show(browser: who)
        case "look":
            let state = try options.take("state").map { node throws(ScenarioError) in
                try reader.choice(node, "state", of: AttemptState.self)
            }
            return .look(browser: who, state: state)
        case "watch":
            let kind = try options.take("by").map { node throws(ScenarioError) in
                try reader.choice(node, "by", of: WatchKind.self)
            }
            return .watch(browser: who, by: kind ?? .websocket)
        case "sees":
            let state = try reader.choice(
                try options.require("state"),
                "state",
                of: AttemptState.self
            )
            let seconds = try options.take("within_s").map { node throws(ScenarioError) in
                try reader.int(node, "within_s", in: 1...86_400)
            }
            return .sees(browser: who, state: state, withinSeconds: seconds)
        case "saw":
            var states: [AttemptState] = []
            for node in try reader.elements(try options.require("states"), of: "states") {
                states.append(try reader.choice(node, "a state", of: AttemptState.self))
            }
            return .saw(browser: who, states: states)
        case "complete": return .complete(browser: who)
        case "cancel": return .cancelAttempt(browser: who)
        case "session": return .session(browser: who)
        case "logout": return .logout(browser: who)
        default: return nil
        }
    }

    private func phoneAction(
        _ who: String,
        _ verb: String,
        _ options: inout StepOptions
    ) throws(ScenarioError) -> Scenario.Action? {
        switch verb {
        case "login": return .logIn(phone: who)
        case "scan":
            let browser = try castName(try options.require("of"), "of", isBrowser: true)
            let picture = try options.take("picture").map { node throws(ScenarioError) in
                try reader.int(node, "picture", in: 1...1000)
            }
            let how = try options.take("how").map { node throws(ScenarioError) in
                try reader.choice(node, "how", of: FakePhone.ScanHow.self)
            }
            return .scan(phone: who, browser: browser, picture: picture, how: how ?? .camera)
        case "confirm":
            let milliseconds = try options.take("after_ms").map { node throws(ScenarioError) in
                try reader.int(node, "after_ms", in: 0...600_000)
            }
            return .confirm(
                phone: who,
                afterMilliseconds: milliseconds ?? FakePhone.readingTime.milliseconds
            )
        case "cancel": return .cancel(phone: who)
        case "guess": return .guess(phone: who)
        default: return nil
        }
    }

    private func mockAction(
        _ verb: String,
        _ options: inout StepOptions
    ) throws(ScenarioError) -> Scenario.Action? {
        switch verb {
        case "advance":
            let node = try options.require("seconds")
            return .advance(seconds: try reader.int(node, "seconds", in: 0...315_360_000))
        case "fault": return .fault(try fault(&options))
        case "clear_faults": return .clearFaults
        case "mark": return .mark
        case "asked":
            let endpoint = try reader.string(try options.require("endpoint"), "endpoint")
            let count = try options.take("at_least").map { node throws(ScenarioError) in
                try reader.int(node, "at_least", in: 1...1000)
            }
            let seconds = try options.take("within_s").map { node throws(ScenarioError) in
                try reader.int(node, "within_s", in: 0...600)
            }
            return .asked(endpoint: endpoint, atLeast: count ?? 1, withinSeconds: seconds ?? 5)
        default: return nil
        }
    }

    // MARK: Parts

    /// The members of a fault go to the mock under the names they have here.
    private func fault(_ options: inout StepOptions) throws(ScenarioError) -> JSONValue {
        var fault: [String: JSONValue] = [:]
        fault["endpoint"] = .string(
            try reader.string(try options.require("endpoint"), "endpoint")
        )
        for name in ["errcode", "status", "count", "after", "delay_ms"] {
            guard let node = options.take(name) else { continue }
            fault[name] = .int(try reader.int(node, name, in: -1_000_000...10_000_000))
        }
        for name in ["errmsg", "body", "body_base64"] {
            guard let node = options.take(name) else { continue }
            fault[name] = .string(try reader.string(node, name))
        }
        if let node = options.take("probability") {
            fault["probability"] = .double(try reader.number(node, "probability"))
        }
        if let node = options.take("cut") {
            fault["cut"] = .string(try reader.choice(node, "cut", of: Cut.self).rawValue)
        }
        if let node = options.take("effect") {
            fault["effect"] = .string(try reader.choice(node, "effect", of: Effect.self).rawValue)
        }
        return .object(fault)
    }

    private enum Cut: String, CaseIterable {
        case beforeHeaders = "before_headers"
        case midBody = "mid_body"
        case reset
    }

    private enum Effect: String, CaseIterable {
        case before
        case after
    }

    private func expectation(_ node: Node) throws(ScenarioError) -> Scenario.Expectation {
        var options = StepOptions(
            try reader.members(node, of: "expect"),
            of: "expect",
            owner: node,
            reader: reader
        )
        var expectation = Scenario.Expectation()
        if let node = options.take("status") {
            expectation.status = try reader.int(node, "status", in: 100...599)
        }
        if let node = options.take("error") {
            expectation.error = try reader.string(node, "error")
        }
        if let node = options.take("user") {
            expectation.userOfPhone = try castName(node, "user", isBrowser: false)
        }
        if let node = options.take("redirect") {
            expectation.redirect = try reader.string(node, "redirect")
        }
        if let node = options.take("retry_after") {
            expectation.retryAfter = try reader.bool(node, "retry_after")
        }
        if let node = options.take("body_as") {
            let name = try reader.string(node, "body_as")
            guard keptBodies.contains(name) else {
                throw reader.error(node, "no earlier step has 'keep_body: \(name)'")
            }
            expectation.bodyAs = name
        }
        try options.finish()
        return expectation
    }

    private func castName(
        _ node: Node,
        _ what: String,
        isBrowser: Bool
    ) throws(ScenarioError) -> String {
        let name = try reader.string(node, what)
        let fits = cast.contains { $0.name == name && ($0.role == .browser) == isBrowser }
        guard fits else {
            let kind = isBrowser ? "browser" : "phone"
            throw reader.error(node, "'\(what)' must name a \(kind) of the cast, not '\(name)'")
        }
        return name
    }
}
