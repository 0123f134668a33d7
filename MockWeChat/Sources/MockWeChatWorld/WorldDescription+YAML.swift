import Yams

extension WorldDescription {
    /// Reads a world file.
    ///
    /// - Parameter yaml: The text of the file.
    /// - Throws: What is wrong, where, and what was expected.
    package init(yaml: String) throws(DescriptionError) {
        try self.init(SourceReader(node: SourceNode(yaml: yaml, expected: "a world"), path: ""))
    }

    /// The world that is built in, the same as `Fixtures/Worlds/default.yaml`.
    package static let standard: WorldDescription = {
        do throws(DescriptionError) {
            return try WorldDescription(yaml: defaultWorldFile)
        } catch {
            preconditionFailure("the built-in world file: \(error.detail)")
        }
    }()
}

extension SourceNode {
    /// A world file has no reason to nest deeper.
    private static let depthMax = 32

    /// Reads a YAML file; `expected` is what the file is, for the error about an empty one.
    init(yaml: String, expected: String) throws(DescriptionError) {
        let root: Node?
        do {
            root = try compose(yaml: yaml)
        } catch {
            throw DescriptionError(yamlError: error)
        }
        guard let root else {
            throw DescriptionError(
                member: "",
                problem: "expected \(expected), and the file is empty"
            )
        }
        var left = Self.nodesMax
        try self.init(root, depth: 0, left: &left)
    }

    /// Aliases of aliases of aliases grow without end in a small file.
    private static let nodesMax = 1_000_000

    private init(_ node: Node, depth: Int, left: inout Int) throws(DescriptionError) {
        let place = SourcePlace(node.mark)
        left -= 1
        guard left >= 0 else {
            throw DescriptionError(
                member: "",
                problem: "expected at most \(Self.nodesMax) values",
                place: place
            )
        }
        guard depth < Self.depthMax else {
            throw DescriptionError(member: "", problem: "nested too deep", place: place)
        }
        switch node {
        case .scalar(let scalar):
            let kind: Kind =
                if node.null != nil, scalar.style == .plain || scalar.style == .any {
                    .null
                } else if let bool = node.bool, scalar.style == .plain {
                    .bool(bool)
                } else if let integer = node.int, scalar.style == .plain {
                    .integer(integer)
                } else if let number = node.float, scalar.style == .plain {
                    .number(number)
                } else { .text(scalar.string) }
            self.init(kind: kind, place: place, written: scalar.string)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    throw DescriptionError(
                        member: "",
                        problem: "expected a text as the name of a member",
                        place: SourcePlace(key.mark)
                    )
                }
                members.append(
                    Member(
                        name: name,
                        place: SourcePlace(key.mark),
                        value: try SourceNode(value, depth: depth + 1, left: &left)
                    )
                )
            }
            self.init(kind: .map(members), place: place, written: nil)
        case .sequence(let sequence):
            var nodes: [SourceNode] = []
            for element in sequence {
                nodes.append(try SourceNode(element, depth: depth + 1, left: &left))
            }
            self.init(kind: .list(nodes), place: place, written: nil)
        case .alias:
            throw DescriptionError(member: "", problem: "an alias is not understood", place: place)
        }
    }
}

extension SourcePlace {
    fileprivate init?(_ mark: Mark?) {
        guard let mark else { return nil }
        self.init(line: mark.line, column: mark.column)
    }
}

extension DescriptionError {
    /// What the YAML parser found, in one line.
    fileprivate init(yamlError error: any Error) {
        guard let error = error as? YamlError else {
            self.init(member: "", problem: "expected YAML")
            return
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(
                member: "",
                problem: "expected YAML, found: \(problem)",
                place: SourcePlace(mark)
            )
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.joined(separator: ", ")
            self.init(
                member: names,
                problem: "given twice",
                place: SourcePlace(context.mark)
            )
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self.init(member: "", problem: "expected YAML in UTF-8")
        }
    }
}
