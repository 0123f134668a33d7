internal import Yams

extension Adapter {
    /// The version of the file format; a file that states another one is refused.
    package static let version = 1

    /// Reads an adapter file's text.
    ///
    /// - Parameters:
    ///   - text: the file's text, YAML.
    ///   - file: the file's name for messages.
    /// - Throws: the first thing that is wrong, with its line and column.
    package init(yaml text: String, file: String) throws(ScenarioError) {
        let reader = YAMLReader(file: file)
        let root = try reader.root(text)
        var top = StepOptions(
            try reader.members(root, of: "an adapter"),
            of: "an adapter",
            owner: root,
            reader: reader
        )
        let parser = AdapterParser(reader: reader)
        let versionNode = try top.require("adapter")
        let version = try reader.int(versionNode, "adapter", in: 1...1000)
        guard version == Self.version else {
            throw reader.error(
                versionNode,
                "this program reads adapter version \(Self.version), not \(version)"
            )
        }
        let name = try reader.string(try top.require("name"), "name")
        var about = ""
        if let node = top.take("about") { about = try reader.string(node, "about") }
        var success = Acceptance()
        if let node = top.take("success") { success = try parser.acceptance(node) }
        var guess: Template?
        if let node = top.take("guess") { guess = Template(try reader.string(node, "guess")) }
        var readingTime = FakePhone.readingTime
        if let node = top.take("reading_ms") {
            readingTime = .milliseconds(try reader.int(node, "reading_ms", in: 0...60_000))
        }
        let browserNode = try top.require("browser")
        let phoneNode = try top.require("phone")
        var watching: Watching?
        if let node = top.take("watch") { watching = try parser.watching(node) }
        try top.finish()
        self.init(
            name: name,
            about: about,
            success: success,
            browser: try parser.operations(browserNode, "browser", of: BrowserOperation.self),
            phone: try parser.operations(phoneNode, "phone", of: PhoneOperation.self),
            watching: watching,
            readingTime: readingTime,
            guess: guess
        )
        // Without these nobody can be logged in, or it cannot be told who is.
        for operation in [BrowserOperation.open, .complete, .session]
        where browser[operation] == nil {
            throw reader.error(browserNode, "browser needs '\(operation.rawValue)'")
        }
        for operation in [PhoneOperation.login, .confirm] where phone[operation] == nil {
            throw reader.error(phoneNode, "phone needs '\(operation.rawValue)'")
        }
        let takesPicture = browser[.open]?.contains { $0.take.contains { $0.name == "picture" } }
        if takesPicture != true {
            throw reader.error(browserNode, "browser.open must take 'picture' out of an answer")
        }
    }
}

/// Reads the parts of one adapter file.
private struct AdapterParser {
    let reader: YAMLReader

    func operations<Operation: RawRepresentable & CaseIterable & Hashable>(
        _ node: Node,
        _ what: String,
        of type: Operation.Type
    ) throws(ScenarioError) -> [Operation: [Adapter.Call]]
    where Operation.RawValue == String {
        var operations: [Operation: [Adapter.Call]] = [:]
        for (key, value) in try reader.members(node, of: what) {
            let operation = try reader.choice(key, "what a \(what) does", of: type)
            let title = "\(what).\(operation.rawValue)"
            guard case .sequence = value else {
                operations[operation] = [try call(value, title)]
                continue
            }
            var calls: [Adapter.Call] = []
            for element in try reader.elements(value, of: title) {
                calls.append(try call(element, title))
            }
            operations[operation] = calls
        }
        return operations
    }

    private func call(_ node: Node, _ what: String) throws(ScenarioError) -> Adapter.Call {
        var options = try options(node, what)
        var call = Adapter.Call(
            method: "",
            path: Template(""),
            fields: [],
            json: nil,
            form: nil,
            make: [],
            take: [],
            success: nil,
            unless: nil
        )
        if let node = options.take("pushed") {
            // No request: the page has it from the watch already.
            call.unless = nil
            call.take = [
                .init(
                    name: try reader.string(node, "pushed"),
                    place: .json([]),
                    nothing: nil,
                    isOptional: false
                )
            ]
            try options.finish()
            return call
        }
        let methodNode = try options.require("method")
        call.method = try reader.string(methodNode, "method")
        guard ["GET", "POST", "PUT", "DELETE", "PATCH"].contains(call.method) else {
            throw reader.error(methodNode, "method must be GET, POST, PUT, PATCH or DELETE")
        }
        call.path = try path(try options.require("path"), "path")
        if let node = options.take("fields") {
            for (key, value) in try reader.members(node, of: "fields") {
                call.fields.append(
                    .init(
                        name: try reader.fieldName(key, "a field's name"),
                        value: Template(try reader.fieldValue(value, "a field"))
                    )
                )
            }
        }
        if let node = options.take("json") { call.json = try members(node, "json") }
        if let node = options.take("form") {
            guard call.json == nil else {
                throw reader.error(node, "a request has 'json' or 'form', not both")
            }
            call.form = try members(node, "form")
        }
        if let node = options.take("make") { call.make = try members(node, "make") }
        if let node = options.take("take") { call.take = try takings(node) }
        if let node = options.take("success") { call.success = try acceptance(node) }
        if let node = options.take("unless") { call.unless = try reader.string(node, "unless") }
        try options.finish()
        return call
    }

    private func path(_ node: Node, _ what: String) throws(ScenarioError) -> Template {
        Template(try reader.path(node, what))
    }

    private func members(
        _ node: Node,
        _ what: String
    ) throws(ScenarioError) -> [Adapter.Member] {
        var members: [Adapter.Member] = []
        for (key, value) in try reader.members(node, of: what) {
            let name = try reader.string(key, "a member's name")
            let isEmpty = value.scalar.map { $0.string.isEmpty && $0.style != .plain } == true
            let text = isEmpty ? "" : try reader.string(value, name)
            if text.hasPrefix("{"), text.hasSuffix(":int}") {
                members.append(
                    .init(
                        name: name,
                        value: Template("\(text.dropLast(":int}".count))}"),
                        kind: .number
                    )
                )
            } else if text.hasPrefix("{"), text.hasSuffix("?}") {
                members.append(
                    .init(name: name, value: Template("\(text.dropLast(2))}"), kind: .optional)
                )
            } else {
                members.append(.init(name: name, value: Template(text), kind: .text))
            }
        }
        return members
    }

    private func takings(_ node: Node) throws(ScenarioError) -> [Adapter.Taking] {
        var takings: [Adapter.Taking] = []
        for (key, value) in try reader.members(node, of: "take") {
            let name = try reader.string(key, "a variable's name")
            guard case .mapping = value else {
                var text = try reader.string(value, name)
                let isOptional = text.hasSuffix("?")
                if isOptional { text.removeLast() }
                takings.append(
                    .init(
                        name: name,
                        place: .json(Self.memberPath(text)),
                        nothing: nil,
                        isOptional: isOptional
                    )
                )
                continue
            }
            var options = try options(value, name)
            var place: Adapter.Taking.Place?
            if let node = options.take("json") {
                place = .json(Self.memberPath(try reader.string(node, "json")))
            }
            if let node = options.take("header") {
                place = .header(try reader.fieldName(node, "header"))
            }
            if let node = options.take("cookie") {
                place = .cookie(try reader.string(node, "cookie"))
            }
            let nothing = options.take("nothing")
            try options.finish()
            guard let place else {
                throw reader.error(value, "\(name) needs 'json', 'header' or 'cookie'")
            }
            takings.append(
                .init(
                    name: name,
                    place: place,
                    nothing: nothing?.scalar?.string,
                    isOptional: nothing != nil
                )
            )
        }
        return takings
    }

    func acceptance(_ node: Node) throws(ScenarioError) -> Adapter.Acceptance {
        var options = try options(node, "success")
        var acceptance = Adapter.Acceptance()
        if let node = options.take("status") {
            acceptance.status = try reader.int(node, "status", in: 100...599)
        }
        if let node = options.take("json") {
            acceptance.member = Self.memberPath(try reader.string(node, "json"))
            acceptance.value = try reader.string(try options.require("is"), "is")
        }
        try options.finish()
        return acceptance
    }

    func watching(_ node: Node) throws(ScenarioError) -> Adapter.Watching {
        var options = try options(node, "watch")
        var watching = Adapter.Watching(
            message: try message(try options.require("message"))
        )
        if let node = options.take("websocket") { watching.webSocket = try path(node, "websocket") }
        if let node = options.take("sse") { watching.eventStream = try path(node, "sse") }
        if let node = options.take("poll") {
            var parts = try self.options(node, "poll")
            var poll = Adapter.Watching.Poll(
                first: try path(try parts.require("path"), "path"),
                again: try path(try parts.require("again"), "again"),
                inside: []
            )
            if let node = parts.take("inside") {
                poll.inside = Self.memberPath(try reader.string(node, "inside"))
            }
            try parts.finish()
            watching.poll = poll
        }
        try options.finish()
        if watching.webSocket == nil, watching.eventStream == nil, watching.poll == nil {
            throw reader.error(node, "watch needs 'websocket', 'sse' or 'poll'")
        }
        return watching
    }

    private func message(_ node: Node) throws(ScenarioError) -> Adapter.Message {
        var options = try options(node, "message")
        var message = Adapter.Message(state: [], states: [:], take: [])
        if let node = options.take("state") {
            message.state = try reader.string(node, "state").split(separator: "|")
                .map { Self.memberPath(String($0)) }
        }
        if let node = options.take("always") {
            message.always = try reader.choice(node, "always", of: AttemptState.self)
        }
        if let node = options.take("states") {
            for (key, value) in try reader.members(node, of: "states") {
                message.states[try reader.string(key, "a state's name")] = try reader.choice(
                    value,
                    "a state",
                    of: AttemptState.self
                )
            }
        }
        if let node = options.take("seq") {
            message.seq = Self.memberPath(try reader.string(node, "seq"))
        }
        if let node = options.take("lifetime") {
            message.lifetime = Self.memberPath(try reader.string(node, "lifetime"))
        }
        if let node = options.take("take") { message.take = try takings(node) }
        try options.finish()
        if message.state.isEmpty == (message.always == nil) {
            throw reader.error(node, "message needs either 'state' or 'always'")
        }
        return message
    }

    private func options(_ node: Node, _ what: String) throws(ScenarioError) -> StepOptions {
        StepOptions(
            try reader.members(node, of: what),
            of: what,
            owner: node,
            reader: reader
        )
    }

    private static func memberPath(_ text: String) -> [String] {
        text.split(separator: ".").map { $0.trimmingSpaces }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.prefix { $0 != " " }) }
}
