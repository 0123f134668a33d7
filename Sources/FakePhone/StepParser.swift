internal import Yams

/// Reads the steps of one scenario in their order.
struct StepParser {
    /// The options that go with more verbs than one.
    enum Shared: String, CaseIterable {
        case expect
        case mayFail = "may_fail"
        case keepBody = "keep_body"
        case within = "within_s"
        case borrow
        case forge
        case origin
        case attack
    }

    /// The options of `together`.
    enum TogetherMember: String, CaseIterable {
        case wins
        case expectOne = "expect_one"
    }

    /// Every name that an option of some step has.
    static let optionNames: Set<String> = {
        var names = Set(Shared.allCases.map(\.rawValue))
        names.formUnion(TogetherMember.allCases.map(\.rawValue))
        names.insert(Scenario.togetherName)
        for actor in Verb.Actor.allCases {
            for verb in Verb.all(of: actor) { names.formUnion(verb.options.map(\.name)) }
        }
        return names
    }()

    let reader: YAMLReader
    let cast: [Scenario.CastMember]
    /// Whether the story is an adversary's.
    let isAdversary: Bool
    /// The names that earlier steps gave to answers.
    private var keptBodies: [String] = []

    init(reader: YAMLReader, cast: [Scenario.CastMember], isAdversary: Bool) {
        self.reader = reader
        self.cast = cast
        self.isAdversary = isAdversary
    }

    /// `- who: verb`, then the verb's options as further members.
    mutating func step(_ node: Node) throws(ScenarioError) -> Scenario.Step {
        let members = try reader.members(node, of: "a step")
        guard let (whoNode, verbNode) = members.first else {
            throw reader.error(node, "a step must begin with 'who: verb'")
        }
        let who = try reader.string(whoNode, "who")
        let rest = Array(members.dropFirst())
        if who == Scenario.togetherName { return try together(whoNode, verbNode, rest) }
        let name = try reader.string(verbNode, "the verb of \(who)")
        let verbs = Verb.all(of: try actor(who, whoNode))
        guard let verb = verbs.first(where: { $0.name == name }) else {
            throw reader.error(
                verbNode,
                "\(who) cannot '\(name)'; it can \(verbs.map(\.name).joined(separator: ", "))"
            )
        }
        var options = StepOptions(rest, of: "'\(who): \(name)'", owner: whoNode, reader: reader)
        var arguments = Arguments()
        for option in verb.options {
            let node =
                option.isRequired ? try options.require(option.name) : options.take(option.name)
            guard let node else { continue }
            arguments.values[option.name] = try value(node, option)
        }
        var step = Scenario.Step(
            who: who,
            verb: verb,
            arguments: arguments,
            sentence: verb.sentence(who, arguments),
            line: whoNode.mark?.line ?? 1
        )
        try takeShared(&options, &step)
        try options.finish()
        return step
    }

    private func actor(_ who: String, _ node: Node) throws(ScenarioError) -> Verb.Actor {
        if who == Scenario.mockName { return .mock }
        if who == Scenario.serverName { return .server }
        guard let member = cast.first(where: { $0.name == who }) else {
            let names = cast.map(\.name) + [Scenario.mockName]
            throw reader.error(
                node,
                "'\(who)' is not in the cast: \(names.joined(separator: ", "))"
            )
        }
        return switch member.role {
        case .browser, .tab: .browser
        case .phone: .phone
        case .website: .website
        }
    }

    private mutating func takeShared(
        _ options: inout StepOptions,
        _ step: inout Scenario.Step
    ) throws(ScenarioError) {
        if step.verb.hasAnswer {
            if let node = options.take(Shared.expect.rawValue) {
                step.expectation = try expectation(node)
            }
            if let node = options.take(Shared.mayFail.rawValue) {
                step.mayFail = try reader.bool(node, "may_fail")
                if step.mayFail, step.expectation != nil {
                    throw reader.error(node, "a step that may fail has nothing to expect")
                }
            }
            if let node = options.take(Shared.keepBody.rawValue) {
                let name = try reader.string(node, "keep_body")
                keptBodies.append(name)
                step.keepBody = name
            }
        }
        if step.verb.actor != .server, let node = options.take(Shared.within.rawValue) {
            step.within = .seconds(try reader.int(node, "within_s", in: 0...86_400))
        }
        if step.verb.canBeTwisted {
            if let node = options.take(Shared.borrow.rawValue) {
                for (key, value) in try reader.members(node, of: "borrow") {
                    let variable = try reader.string(key, "a variable")
                    step.borrowed[variable] = try castName(value, variable, isBrowser: nil)
                }
            }
            if let node = options.take(Shared.forge.rawValue) {
                for (key, value) in try reader.members(node, of: "forge") {
                    step.forged[try reader.string(key, "a member")] = try reader.json(value)
                }
            }
            if let node = options.take(Shared.origin.rawValue) {
                step.origin = try reader.origin(node)
            }
        }
        try takeAttack(&options, &step)
    }

    private func takeAttack(
        _ options: inout StepOptions,
        _ step: inout Scenario.Step
    ) throws(ScenarioError) {
        let isRefusal =
            step.expectation.map { $0.isRefused || $0.isNobody || !$0.lacks.isEmpty } ?? false
        let marked = try options.take(Shared.attack.rawValue).map { node throws(ScenarioError) in
            try reader.bool(node, "attack")
        }
        step.isAttack = isAdversary && (marked ?? isRefusal)
    }

    // MARK: At the same time

    /// `- together: [ {…}, {…} ]`.
    private mutating func together(
        _ owner: Node,
        _ list: Node,
        _ rest: [(key: Node, value: Node)]
    ) throws(ScenarioError) -> Scenario.Step {
        var options = StepOptions(rest, of: "'together'", owner: owner, reader: reader)
        var steps: [Scenario.Step] = []
        for node in try reader.elements(list, of: "together") {
            let step = try self.step(node)
            guard step.steps.isEmpty, step.verb.actor != .mock, step.verb.actor != .server else {
                throw reader.error(node, "together is for browsers and phones of the cast")
            }
            steps.append(step)
        }
        var step = Scenario.Step(
            who: Scenario.togetherName,
            verb: Verb(
                name: Scenario.togetherName,
                actor: .several,
                about: "",
                options: [],
                sentence: { _, _ in "" },
                perform: { _, _ in nil }
            ),
            arguments: Arguments(),
            steps: steps,
            sentence: Scenario.Step.together(steps),
            line: owner.mark?.line ?? 1
        )
        if let node = options.take(TogetherMember.wins.rawValue) {
            step.wins = try reader.int(node, "wins", in: 0...steps.count)
        }
        if let node = options.take(TogetherMember.expectOne.rawValue) {
            step.expectOne = try expectation(node)
        }
        try takeAttack(&options, &step)
        try options.finish()
        return step
    }

    // MARK: Parts

    private func value(_ node: Node, _ option: VerbOption) throws(ScenarioError) -> Arguments.Value
    {
        let name = option.name
        switch option.kind {
        case .text: return .text(try reader.string(node, name))
        case .int(let range): return .int(try reader.int(node, name, in: range))
        case .number(let range): return .number(try reader.number(node, name, in: range))
        case .method: return .text(try reader.method(node, name))
        case .path: return .text(try reader.path(node, name))
        case .bool: return .bool(try reader.bool(node, name))
        case .choice(let names): return .text(try reader.choice(node, name, of: names))
        case .choices(let names):
            var texts: [String] = []
            for node in try reader.elements(node, of: name) {
                texts.append(try reader.choice(node, "a state", of: names))
            }
            return .texts(texts)
        case .texts: return .texts(try reader.texts(node, name))
        case .fields: return .fields(try reader.headerFields(node, name))
        case .calls: return .text(try calls(node, name))
        case .browser: return .text(try castName(node, name, isBrowser: true))
        case .phone: return .text(try castName(node, name, isBrowser: false))
        case .website: return .text(try websiteName(node, name))
        case .anybody: return .text(try castName(node, name, isBrowser: nil))
        case .shownNumber: return .text(try shownNumber(node))
        }
    }

    private func calls(_ node: Node, _ name: String) throws(ScenarioError) -> String {
        let text = try reader.string(node, name)
        if text.hasPrefix("/") { return text }
        return try reader.choice(node, name, of: Adapter.operationNames)
    }

    private func shownNumber(_ node: Node) throws(ScenarioError) -> String {
        let text = try reader.string(node, "number")
        if !text.isEmpty, text.allSatisfy(\.isNumber) { return text }
        let words = text.split(separator: " ").map(String.init)
        let isPhrase = words.dropLast() == ["of"] || words.dropLast() == ["wrong", "of"]
        guard isPhrase, let name = words.last,
            cast.contains(where: { $0.name == name && $0.isBrowser })
        else {
            throw reader.error(
                node,
                "number must be digits, 'of BROWSER' or 'wrong of BROWSER', not '\(text)'"
            )
        }
        return text
    }

    /// A name of the cast, of a browser or a phone, or either with nil.
    private func castName(
        _ node: Node,
        _ what: String,
        isBrowser: Bool?
    ) throws(ScenarioError) -> String {
        let name = try reader.string(node, what)
        let fits = cast.contains {
            $0.name == name && (isBrowser == nil || (isBrowser == true ? $0.isBrowser : $0.isPhone))
        }
        guard fits else {
            let kind = isBrowser.map { $0 ? "a browser" : "a phone" } ?? "somebody"
            throw reader.error(node, "'\(what)' must name \(kind) of the cast, not '\(name)'")
        }
        return name
    }

    private func websiteName(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        let name = try reader.string(node, what)
        guard cast.contains(where: { $0.name == name && $0.role == .website }) else {
            throw reader.error(node, "'\(what)' must name a website of the cast, not '\(name)'")
        }
        return name
    }

    // MARK: Expectations

    /// `{ status: 410 }`, or `refused` for short.
    private func expectation(_ node: Node) throws(ScenarioError) -> Expectation {
        var expectation = Expectation()
        if case .scalar(let scalar) = node, scalar.string == "refused" {
            expectation.isRefused = true
            return expectation
        }
        var options = StepOptions(
            try reader.members(node, of: "expect"),
            of: "expect",
            owner: node,
            reader: reader
        )
        for member in Expectation.Member.allCases {
            guard let node = options.take(member.rawValue) else { continue }
            try take(member, node, &expectation)
        }
        try options.finish()
        return expectation
    }

    private func take(
        _ member: Expectation.Member,
        _ node: Node,
        _ expectation: inout Expectation
    ) throws(ScenarioError) {
        let name = member.rawValue
        switch member {
        case .status: expectation.status = try reader.int(node, name, in: 100...599)
        case .error: expectation.error = try reader.string(node, name)
        case .user:
            var nodes = [node]
            if case .sequence = node { nodes = try reader.elements(node, of: name) }
            for node in nodes {
                if case .scalar(let scalar) = node, scalar.string == "nobody" {
                    expectation.isNobody = true
                } else {
                    expectation.usersOfPhones.append(try castName(node, name, isBrowser: false))
                }
            }
        case .refused: expectation.isRefused = try reader.bool(node, name)
        case .noAnswer: expectation.isNoAnswer = try reader.bool(node, name)
        case .redirect: expectation.redirect = try reader.string(node, name)
        case .retryAfter: expectation.retryAfter = try reader.bool(node, name)
        case .bodyAs:
            let kept = try reader.string(node, name)
            guard keptBodies.contains(kept) else {
                throw reader.error(node, "no earlier step has 'keep_body: \(kept)'")
            }
            expectation.bodyAs = kept
        case .state: expectation.state = try reader.choice(node, name, of: AttemptState.self)
        case .warnings: expectation.warnings = try reader.texts(node, name, isEmptyFine: true)
        case .data:
            for (key, value) in try reader.members(node, of: name) {
                expectation.data[try reader.string(key, "a path")] = try reader.json(value)
            }
        case .dataHas: expectation.dataHas = try reader.texts(node, name)
        case .lacks: expectation.lacks = try reader.texts(node, name)
        case .headers:
            for (key, value) in try reader.members(node, of: name) {
                let field = try reader.fieldName(key, "a header field").lowercased()
                switch try reader.json(value) {
                case .bool(let isThere): expectation.headers[field] = .bool(isThere)
                default: expectation.headers[field] = .string(try reader.string(value, field))
                }
            }
        }
    }
}
