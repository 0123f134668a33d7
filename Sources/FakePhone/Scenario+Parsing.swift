internal import Foundation
internal import Yams

extension Scenario {
    /// The name of the mock in a scenario's steps.
    static let mockName = "wechat"
    /// The name of the login server in a scenario's steps.
    static let serverName = "server"
    /// The word that begins a step of several at the same time.
    static let togetherName = "together"

    /// Reads a scenario file's text.
    ///
    /// - Parameters:
    ///   - text: the file's text, YAML.
    ///   - file: the file's name for messages and for a scenario without a name.
    /// - Throws: the first thing that is wrong, with its line and column.
    package init(yaml text: String, file: String) throws(ScenarioError) {
        do {
            self = try Self.read(yaml: text, file: file)
        } catch {
            throw error.first
        }
    }

    /// Reads a scenario file's text.
    ///
    /// - Parameters:
    ///   - text: the file's text, YAML.
    ///   - file: the file's name for messages and for a scenario without a name.
    ///   - values: what takes the place of values in the file's `vars`.
    /// - Returns: a sound scenario.
    /// - Throws: everything that is wrong, in the file's order.
    package static func read(
        yaml text: String,
        file: String,
        values: [String: String] = [:]
    ) throws(ScenarioErrors) -> Scenario {
        let parser: ScenarioParser
        let root: Node
        let variables: Set<String>
        do {
            let reader = YAMLReader(file: file)
            let plain = try reader.root(text)
            root = try reader.filled(plain, with: values)
            variables = reader.variables(of: plain)
            parser = ScenarioParser(reader: reader)
        } catch {
            throw ScenarioErrors(first: error)
        }
        var scenario = try parser.scenario(root)
        scenario.variables = variables
        return scenario
    }
}

/// Reads the members of a file's top, and hands the steps on.
struct ScenarioParser {
    let reader: YAMLReader

    /// The members at the top, for messages and for the schema.
    enum Member: String, CaseIterable {
        case version
        case name
        case about
        case needs
        case vars
        case cast
        case steps
        case `repeat`
        case limitSeconds = "limit_s"
        case alone
        case adversary
        case server
    }

    func scenario(_ root: Node) throws(ScenarioErrors) -> Scenario {
        var errors: [ScenarioError] = []
        func noted<Value>(_ body: () throws(ScenarioError) -> Value) -> Value? {
            do throws(ScenarioError) {
                return try body()
            } catch {
                errors.append(error)
                return nil
            }
        }
        func fail() -> ScenarioErrors {
            ScenarioErrors(errors) ?? ScenarioErrors(first: reader.error(root, "unreadable"))
        }

        guard
            let members = noted({ () throws(ScenarioError) in
                try reader.members(root, of: "a scenario")
            })
        else { throw fail() }
        var top = StepOptions(members, of: "a scenario", owner: root, reader: reader)
        let optional = takeOptional(&top, &errors)
        let castNode = noted { () throws(ScenarioError) in try top.require("cast") }
        let stepsNode = noted { () throws(ScenarioError) in try top.require("steps") }
        _ = noted { () throws(ScenarioError) in try top.finish() }
        var cast: [Scenario.CastMember]?
        if let castNode { cast = noted { () throws(ScenarioError) in try self.cast(castNode) } }
        var steps: [Scenario.Step] = []
        if let cast, let stepsNode {
            var parser = StepParser(reader: reader, cast: cast, isAdversary: optional.isAdversary)
            let nodes = noted { () throws(ScenarioError) in
                try reader.elements(stepsNode, of: "steps")
            }
            for node in nodes ?? [] {
                if let step = noted({ () throws(ScenarioError) in try parser.step(node) }) {
                    steps.append(step)
                }
            }
        }
        guard errors.isEmpty, let cast else { throw fail() }
        var scenario = Scenario(
            name: optional.name
                ?? URL(fileURLWithPath: reader.file).deletingPathExtension().lastPathComponent,
            about: optional.about ?? "",
            file: reader.file,
            cast: cast,
            steps: steps
        )
        scenario.sceneSecondsMax = optional.sceneSecondsMax
        scenario.limit = .seconds(optional.limitSeconds ?? Scenario.limitSeconds)
        scenario.repetition = optional.repetition
        scenario.adversary = optional.adversary
        scenario.serverSettings = optional.serverSettings
        // What changes or counts the mock's doings cannot be played beside others.
        scenario.isAlone =
            optional.isAlone || scenario.needsOwnServer
            || scenario.everyStep.contains { $0.verb.actor == .mock }
        return scenario
    }

    // MARK: The members that may be missing

    private struct Optional {
        var name: String?
        var about: String?
        var sceneSecondsMax: Int?
        var limitSeconds: Int?
        var repetition: Scenario.Repetition?
        var adversary: Scenario.Adversary?
        var serverSettings: [String: String]?
        var isAlone = false
        /// Also true when what it says about itself is wrong.
        var isAdversary = false
    }

    private func takeOptional(
        _ top: inout StepOptions,
        _ errors: inout [ScenarioError]
    ) -> Optional {
        var optional = Optional()
        for member in Member.allCases {
            switch member {
            case .cast, .steps: continue
            default: break
            }
            guard let node = top.take(member.rawValue) else { continue }
            do throws(ScenarioError) {
                try take(member, node, &optional)
            } catch {
                errors.append(error)
            }
        }
        return optional
    }

    private func take(
        _ member: Member,
        _ node: Node,
        _ optional: inout Optional
    ) throws(ScenarioError) {
        switch member {
        case .version:
            let version = try reader.int(node, "version", in: 1...1_000_000)
            guard version == Scenario.version else {
                throw reader.error(
                    node,
                    "version \(version) of the language is not known here, only "
                        + "\(Scenario.version)"
                )
            }
        case .name: optional.name = try reader.string(node, "name")
        case .about: optional.about = try reader.string(node, "about")
        case .needs:
            try with(node, "needs") { options throws(ScenarioError) in
                if let node = options.take("scene_seconds_max") {
                    optional.sceneSecondsMax =
                        try reader.int(node, "scene_seconds_max", in: 1...86_400)
                }
            }
        case .limitSeconds: optional.limitSeconds = try reader.int(node, "limit_s", in: 1...86_400)
        case .alone: optional.isAlone = try reader.bool(node, "alone")
        case .repeat:
            try with(node, "repeat") { options throws(ScenarioError) in
                let times = try reader.int(try options.require("times"), "times", in: 1...10_000)
                let parallel = try options.take("parallel").map { node throws(ScenarioError) in
                    try reader.int(node, "parallel", in: 1...1000)
                }
                optional.repetition = .init(times: times, parallel: parallel ?? 1)
            }
        case .adversary:
            optional.isAdversary = true
            try with(node, "adversary") { options throws(ScenarioError) in
                let threat = try reader.string(try options.require("threat"), "threat")
                let wants = try reader.string(try options.require("wants"), "wants")
                optional.adversary = .init(threat: threat, wants: wants)
            }
        case .server:
            try with(node, "server") { options throws(ScenarioError) in
                let settings = try options.take("settings").map { node throws(ScenarioError) in
                    try self.settings(node)
                }
                optional.serverSettings = settings ?? [:]
            }
        // Read before everything else, and required.
        case .vars, .cast, .steps: break
        }
    }

    private func with(
        _ node: Node,
        _ what: String,
        _ body: (inout StepOptions) throws(ScenarioError) -> Void
    ) throws(ScenarioError) {
        var options = StepOptions(
            try reader.members(node, of: what),
            of: what,
            owner: node,
            reader: reader
        )
        try body(&options)
        try options.finish()
    }

    private func settings(_ node: Node) throws(ScenarioError) -> [String: String] {
        let fields = try reader.fields(node, "settings")
        for (key, _) in try reader.members(node, of: "settings") {
            let name = key.scalar?.string ?? ""
            guard !name.isEmpty, name.allSatisfy({ "ABCDEFGHIJKLMNOPQRSTUVWXYZ_".contains($0) })
            else {
                throw reader.error(key, "'\(name)' is no setting such as NUMBER_MATCHING")
            }
            guard !name.hasPrefix("SCAN_LOGIN_") else {
                throw reader.error(key, "leave SCAN_LOGIN_ out of '\(name)'")
            }
        }
        return fields
    }

    // MARK: The cast

    /// `laptop: browser`, `tab: { tab_of: laptop }`, `phone: { phone: alice }`, `shop: website`.
    private func cast(_ node: Node) throws(ScenarioError) -> [Scenario.CastMember] {
        var cast: [Scenario.CastMember] = []
        for (key, value) in try reader.members(node, of: "cast") {
            let name = try reader.string(key, "a name in the cast")
            try checkName(name, key)
            var member = try self.member(name, value, of: cast)
            member.line = value.mark?.line ?? 1
            member.column = value.mark?.column ?? 1
            cast.append(member)
        }
        guard !cast.isEmpty else { throw reader.error(node, "cast must not be empty") }
        return cast
    }

    private func checkName(_ name: String, _ node: Node) throws(ScenarioError) {
        switch name {
        case Scenario.mockName:
            throw reader.error(node, "'\(name)' is the mock and always there")
        case Scenario.serverName:
            throw reader.error(node, "'\(name)' is the login server and always there")
        default:
            // In the schema a step's options are told from its actor by their names.
            guard !StepParser.optionNames.contains(name) else {
                throw reader.error(node, "'\(name)' is the name of an option, nobody can have it")
            }
        }
    }

    private func member(
        _ name: String,
        _ value: Node,
        of cast: [Scenario.CastMember]
    ) throws(ScenarioError) -> Scenario.CastMember {
        if case .scalar(let scalar) = value {
            switch scalar.string {
            case "browser": return .init(name: name, role: .browser)
            case "website":
                // The name becomes a part of a host.
                guard name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber) }) else {
                    throw reader.error(
                        value,
                        "a website's name must be of small letters and digits, not '\(name)'"
                    )
                }
                return .init(name: name, role: .website)
            default:
                throw reader.error(
                    value,
                    "\(name) must be 'browser', '{ phone: PERSON }', '{ tab_of: BROWSER }' or "
                        + "'website', not '\(scalar.string)'"
                )
            }
        }
        var options = StepOptions(
            try reader.members(value, of: name),
            of: name,
            owner: value,
            reader: reader
        )
        if let node = options.take("tab_of") {
            let owner = try reader.string(node, "tab_of")
            try options.finish()
            guard cast.contains(where: { $0.name == owner && $0.role == .browser }) else {
                throw reader.error(node, "'tab_of' must name a browser above, not '\(owner)'")
            }
            return .init(name: name, role: .tab(of: owner))
        }
        let node = try options.require("phone")
        let person = try reader.string(node, "phone")
        let isNew = try options.take("new").map { node throws(ScenarioError) in
            try reader.bool(node, "new")
        }
        try options.finish()
        // The name becomes a part of a path.
        guard person.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { throw reader.error(value, "'\(person)' is no name of a person at the mock") }
        let isOwned = cast.contains { $0.role == .phone(person: person) }
        if isOwned, isNew == true {
            throw reader.error(node, "'\(person)' is there already and cannot be new")
        }
        return .init(name: name, role: .phone(person: person), isNew: isNew ?? false)
    }
}
