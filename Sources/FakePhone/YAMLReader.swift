internal import HTTPTypes
internal import Yams

/// Reads YAML nodes strictly: every mismatch is an error with its place.
struct YAMLReader {
    let file: String

    func error(_ node: Node, _ message: String) -> ScenarioError {
        ScenarioError(
            file: file,
            line: node.mark?.line ?? 1,
            column: node.mark?.column ?? 1,
            message: Self.onOneLine(message)
        )
    }

    /// A message may quote a text of the file, which may hold line breaks.
    private static func onOneLine(_ message: String) -> String {
        var line = ""
        for scalar in message.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar.value < 0x20 ? "?" : scalar)
            }
        }
        return line
    }

    /// The document's root.
    func root(_ text: String) throws(ScenarioError) -> Node {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw place(error, in: text)
        } catch {
            throw ScenarioError(file: file, line: 1, column: 1, message: "not YAML")
        }
        guard let node else {
            throw ScenarioError(file: file, line: 1, column: 1, message: "the file is empty")
        }
        var left = Self.nodesMax
        guard Self.fits(node, &left) else {
            throw error(node, "more than \(Self.nodesMax) values; aliases of aliases multiply")
        }
        try checkTags(node)
        return node
    }

    /// Refuses `!!binary`, `!anything` and the like: nothing here would heed them.
    private func checkTags(_ node: Node) throws(ScenarioError) {
        let tag: Tag
        var plain = [""]
        switch node {
        case .scalar(let scalar):
            tag = scalar.tag
            // The library tags every quoted text.
            if scalar.style != .plain { plain.append("tag:yaml.org,2002:str") }
        case .sequence(let items):
            tag = items.tag
            for item in items { try checkTags(item) }
        case .mapping(let pairs):
            tag = pairs.tag
            // A key can only be a text that is known.
            for (_, value) in pairs { try checkTags(value) }
        case .alias:
            return
        }
        guard plain.contains(tag.description) else {
            throw error(node, "the tag '\(tag.description)' is no part of the language")
        }
    }

    /// The most values of a file, those that aliases repeat included.
    static let nodesMax = 100_000

    private static func fits(_ node: Node, _ left: inout Int) -> Bool {
        left -= 1
        guard left >= 0 else { return false }
        switch node {
        case .scalar, .alias: return true
        case .sequence(let items): return items.allSatisfy { fits($0, &left) }
        case .mapping(let pairs): return pairs.allSatisfy { fits($0.value, &left) }
        }
    }

    /// The document with `${name}` replaced in every text, by the file's `vars` and by what is
    /// given for them.
    func filled(_ root: Node, with values: [String: String]) throws(ScenarioError) -> Node {
        guard case .mapping(let mapping) = root else { return root }
        var known: [String: String] = [:]
        let vars = mapping.first { $0.key.scalar?.string == "vars" }?.value
        if let vars {
            known = try fields(vars, "vars").merging(
                values.filter { name, _ in
                    vars.mapping?.contains { $0.key.scalar?.string == name } ?? false
                }
            ) { _, given in given }
        }
        return try filled(root, known)
    }

    /// The names in a file's `vars`.
    func variables(of root: Node) -> Set<String> {
        let vars = root.mapping?.first { $0.key.scalar?.string == "vars" }?.value
        return Set(vars?.mapping?.compactMap { $0.key.scalar?.string } ?? [])
    }

    private func filled(_ node: Node, _ known: [String: String]) throws(ScenarioError) -> Node {
        switch node {
        case .scalar(var scalar):
            guard scalar.string.contains("${") else { return node }
            // A variable alone stands for whatever its value is, quoted or not.
            let isAlone =
                scalar.string.hasPrefix("${")
                && scalar.string.firstIndex(of: "}") == scalar.string.indices.last
            if isAlone { scalar.style = .plain }
            scalar.string = try filled(scalar.string, known, at: node)
            return .scalar(scalar)
        case .sequence(var sequence):
            for place in sequence.indices {
                sequence[place] = try filled(sequence[place], known)
            }
            return .sequence(sequence)
        case .mapping(let mapping):
            var pairs: [(Node, Node)] = []
            for (key, value) in mapping { pairs.append((key, try filled(value, known))) }
            return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark))
        case .alias:
            return node
        }
    }

    private func filled(
        _ text: String,
        _ known: [String: String],
        at node: Node
    ) throws(ScenarioError) -> String {
        var filled = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            filled += rest[..<dollar]
            rest = rest[dollar...]
            guard rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") else {
                filled += "$"
                rest = rest.dropFirst()
                continue
            }
            let name = String(rest[rest.index(dollar, offsetBy: 2)..<end])
            guard let value = known[name] else {
                throw error(
                    node,
                    "'${\(name)}' is not in vars"
                        + (known.isEmpty ? "" : ": \(known.keys.sorted().joined(separator: ", "))")
                )
            }
            filled += value
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    private func place(_ error: YamlError, in text: String) -> ScenarioError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ScenarioError(
                file: file,
                line: mark.line,
                column: mark.column,
                message: "not YAML: \(problem)"
            )
        case .duplicatedKeysInMapping(let keys, let context):
            twice(keys.sorted(), context.mark, in: text)
        default:
            ScenarioError(file: file, line: 1, column: 1, message: "not YAML")
        }
    }

    /// Says where a key stands for the second time; the library knows only the first place.
    private func twice(_ keys: [String], _ first: Mark, in text: String) -> ScenarioError {
        var line = first.line
        var column = first.column
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let key = keys.first, lines.indices.contains(first.line - 1) {
            let names = [key, "'\(key)'", "\"\(key)\""]
            let here = lines[first.line - 1].dropFirst(first.column)
            if let place = Self.place(of: names, inFlow: here) {
                column = place
            } else {
                for (number, other) in lines.enumerated().dropFirst(first.line) {
                    let blanks = other.prefix { $0 == " " }.count
                    let rest = other.dropFirst(blanks)
                    if rest.isEmpty || rest.hasPrefix("#") || blanks > first.column - 1 { continue }
                    // Less of an indentation ends the mapping.
                    guard blanks == first.column - 1 else { break }
                    guard names.contains(where: { Self.begins(rest, with: $0) }) else { continue }
                    (line, column) = (number + 1, blanks + 1)
                    break
                }
            }
        }
        return ScenarioError(
            file: file,
            line: line,
            column: column,
            message: "'\(keys.joined(separator: "', '"))' is there twice"
        )
    }

    /// The column, from 1, of a key in the rest of a line with `{ a: 1, a: 2 }`.
    private static func place(of names: [String], inFlow rest: Substring) -> Int? {
        var after = rest.startIndex
        while let comma = rest[after...].firstIndex(of: ",") {
            after = rest.index(after: comma)
            let start = rest[after...].firstIndex { $0 != " " } ?? rest.endIndex
            if names.contains(where: { begins(rest[start...], with: $0) }) {
                return rest.base.distance(from: rest.base.startIndex, to: start) + 1
            }
        }
        return nil
    }

    private static func begins(_ text: Substring, with name: String) -> Bool {
        text.hasPrefix(name) && text.dropFirst(name.count).drop { $0 == " " }.hasPrefix(":")
    }

    /// The members of a mapping, in the file's order.
    func members(_ node: Node, of what: String) throws(ScenarioError) -> [(key: Node, value: Node)]
    {
        guard case .mapping(let mapping) = node else {
            throw error(node, "\(what) must be a mapping (key: value), not \(kind(node))")
        }
        return mapping.map { ($0.key, $0.value) }
    }

    /// The elements of a list that is not empty.
    func elements(_ node: Node, of what: String) throws(ScenarioError) -> [Node] {
        guard case .sequence(let sequence) = node else {
            throw error(node, "\(what) must be a list (- …), not \(kind(node))")
        }
        guard !sequence.isEmpty else { throw error(node, "\(what) must not be empty") }
        return Array(sequence)
    }

    func string(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty, !isNull(scalar) else {
            throw error(node, "\(what) must be a text, not \(kind(node))")
        }
        return scalar.string
    }

    func int(
        _ node: Node,
        _ what: String,
        in range: ClosedRange<Int>
    ) throws(ScenarioError) -> Int {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
            let number = Int(scalar.string)
        else { throw error(node, "\(what) must be a whole number, not \(kind(node))") }
        guard range.contains(number) else {
            throw error(
                node,
                "\(what) must be from \(range.lowerBound) to \(range.upperBound), not \(number)"
            )
        }
        return number
    }

    func number(
        _ node: Node,
        _ what: String,
        in range: ClosedRange<Double>
    ) throws(ScenarioError) -> Double {
        guard case .scalar(let scalar) = node, let number = Double(scalar.string), number.isFinite
        else {
            throw error(node, "\(what) must be a number, not \(kind(node))")
        }
        guard range.contains(number) else {
            throw error(
                node,
                "\(what) must be from \(range.lowerBound) to \(range.upperBound), not \(number)"
            )
        }
        return number
    }

    func bool(_ node: Node, _ what: String) throws(ScenarioError) -> Bool {
        guard case .scalar(let scalar) = node, ["true", "false"].contains(scalar.string) else {
            throw error(node, "\(what) must be true or false, not \(kind(node))")
        }
        return scalar.string == "true"
    }

    /// One of the named values of an enum.
    func choice<Value: RawRepresentable & CaseIterable>(
        _ node: Node,
        _ what: String,
        of type: Value.Type
    ) throws(ScenarioError) -> Value where Value.RawValue == String {
        let text = try string(node, what)
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(node, "\(what) must be one of \(names); not '\(text)'")
        }
        return value
    }

    /// One of some names.
    func choice(_ node: Node, _ what: String, of names: [String]) throws(ScenarioError) -> String {
        let text = try string(node, what)
        guard names.contains(text) else {
            throw error(
                node,
                "\(what) must be one of \(names.joined(separator: ", ")); not '\(text)'"
            )
        }
        return text
    }

    /// A list of texts.
    func texts(
        _ node: Node,
        _ what: String,
        isEmptyFine: Bool = false
    ) throws(ScenarioError) -> [String] {
        if isEmptyFine, case .sequence(let sequence) = node, sequence.isEmpty { return [] }
        var texts: [String] = []
        for node in try elements(node, of: what) {
            texts.append(try string(node, "an entry of \(what)"))
        }
        return texts
    }

    /// A path with its query, as it can stand in a request.
    func path(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        let text = try string(node, what)
        guard text.hasPrefix("/") else {
            throw error(node, "\(what) must begin with '/', not '\(text)'")
        }
        guard Self.isOneWord(text) else {
            throw error(node, "\(what) must be of ASCII without blanks or breaks, not '\(text)'")
        }
        return text
    }

    /// An origin, as it can stand in a request.
    func origin(_ node: Node) throws(ScenarioError) -> String {
        let text = try string(node, "origin")
        guard Self.isOneWord(text) else {
            throw error(node, "origin must be of ASCII without blanks or breaks, not '\(text)'")
        }
        return text
    }

    func method(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        let text = try string(node, what)
        guard HTTPRequest.Method(text) != nil else {
            throw error(node, "\(what) must be an HTTP method, not '\(text)'")
        }
        return text
    }

    /// The name of a header field.
    func fieldName(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        let text = try string(node, what)
        guard HTTPField.Name(text) != nil else {
            throw error(node, "\(what) must be the name of a header field, not '\(text)'")
        }
        return text
    }

    /// The value of a header field.
    func fieldValue(_ node: Node, _ what: String) throws(ScenarioError) -> String {
        let text = try string(node, what)
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw error(node, "\(what) must be one line, not '\(text)'")
        }
        return text
    }

    /// Header fields by their names, as they can stand in a request.
    func headerFields(_ node: Node, _ what: String) throws(ScenarioError) -> [String: String] {
        var fields: [String: String] = [:]
        for (key, value) in try members(node, of: what) {
            let name = try fieldName(key, "a name in \(what)")
            fields[name] = try fieldValue(value, name)
        }
        return fields
    }

    private static func isOneWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// A mapping of texts to texts; numbers and truths count as the text that stands there.
    func fields(_ node: Node, _ what: String) throws(ScenarioError) -> [String: String] {
        var fields: [String: String] = [:]
        for (key, value) in try members(node, of: what) {
            let name = try string(key, "a name in \(what)")
            fields[name] = try string(value, name)
        }
        return fields
    }

    /// Any value, as JSON would say it.
    func json(_ node: Node) throws(ScenarioError) -> JSONValue {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else {
                return .string(scalar.string)
            }
            if scalar.string.isEmpty || isNull(scalar) { return .null }
            if scalar.string == "true" { return .bool(true) }
            if scalar.string == "false" { return .bool(false) }
            guard !Self.notFinite.contains(scalar.string.lowercased()) else {
                throw error(node, "\(scalar.string) is no value that JSON knows")
            }
            if let number = Int(scalar.string) { return .int(number) }
            if let number = Double(scalar.string), number.isFinite { return .double(number) }
            return .string(scalar.string)
        case .sequence(let sequence):
            var values: [JSONValue] = []
            for node in sequence { values.append(try json(node)) }
            return .array(values)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                members[try string(key, "a member's name")] = try json(value)
            }
            return .object(members)
        case .alias:
            throw error(node, "an alias cannot be used here")
        }
    }

    private static let notFinite: Set<String> = [".inf", "+.inf", "-.inf", ".nan"]

    private func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["null", "~"].contains(scalar.string)
    }

    private func kind(_ node: Node) -> String {
        switch node {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .alias: return "an alias"
        case .scalar(let scalar):
            return scalar.string.isEmpty || isNull(scalar) ? "nothing" : "'\(scalar.string)'"
        }
    }
}

/// The options beside a step's verb, each taken once; what is left over at the end is an error.
struct StepOptions {
    private let reader: YAMLReader
    private let what: String
    private let owner: Node
    private var members: [(key: Node, value: Node)]
    private var known: [String] = []

    init(
        _ members: [(key: Node, value: Node)],
        of what: String,
        owner: Node,
        reader: YAMLReader
    ) {
        self.members = members
        self.what = what
        self.owner = owner
        self.reader = reader
    }

    /// Takes the option of that name out; nil when it is not there.
    mutating func take(_ name: String) -> Node? {
        known.append(name)
        guard let place = members.firstIndex(where: { $0.key.scalar?.string == name }) else {
            return nil
        }
        return members.remove(at: place).value
    }

    /// Takes an option that must be there.
    mutating func require(_ name: String) throws(ScenarioError) -> Node {
        guard let node = take(name) else {
            throw reader.error(owner, "\(what) needs '\(name)'")
        }
        return node
    }

    /// Refuses what nobody took.
    func finish() throws(ScenarioError) {
        guard let left = members.first else { return }
        let name = left.key.scalar?.string ?? "?"
        let names = known.sorted().joined(separator: ", ")
        throw reader.error(
            left.key,
            "\(what) has no '\(name)'; "
                + (names.isEmpty ? "it takes no options" : "it knows \(names)")
        )
    }
}
