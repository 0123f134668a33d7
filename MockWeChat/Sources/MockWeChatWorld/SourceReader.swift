/// A value together with its path: reads it as one type or says what was expected.
struct SourceReader {
    let node: SourceNode
    let path: String

    /// An error at this value.
    func wrong(_ expected: String) -> DescriptionError {
        DescriptionError(member: path, problem: "expected \(expected)", place: node.place)
    }

    func bool() throws(DescriptionError) -> Bool {
        guard case .bool(let bool) = node.kind else { throw wrong("true or false") }
        return bool
    }

    func integer(_ range: ClosedRange<Int>) throws(DescriptionError) -> Int {
        guard case .integer(let integer) = node.kind, range.contains(integer) else {
            throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func number(_ range: ClosedRange<Double>) throws(DescriptionError) -> Double {
        let number: Double? =
            switch node.kind {
            case .integer(let integer): Double(integer)
            case .number(let number): number
            case .null, .bool, .text, .list, .map: nil
            }
        guard let number, range.contains(number) else {
            throw wrong("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A text without control characters, of 1 to `countMax` bytes.
    func text(
        _ expected: String = "a text",
        countMax: Int = 1024
    ) throws(DescriptionError) -> String {
        let text = try anyText(expected)
        guard !text.isEmpty, text.utf8.count <= countMax,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw wrong("\(expected) of 1 to \(countMax) bytes, without control characters") }
        return text
    }

    /// A text of any content.
    func anyText(_ expected: String = "a text") throws(DescriptionError) -> String {
        switch node.kind {
        case .text(let text): return text
        case .integer, .number:
            guard let written = node.written else { throw wrong(expected) }
            return written
        case .null, .bool, .list, .map: throw wrong(expected)
        }
    }

    func list() throws(DescriptionError) -> [SourceReader] {
        guard case .list(let nodes) = node.kind else { throw wrong("a list") }
        return nodes.enumerated().map { SourceReader(node: $1, path: "\(path)[\($0)]") }
    }

    func texts() throws(DescriptionError) -> [String] {
        var texts: [String] = []
        for element in try list() { texts.append(try element.text()) }
        return texts
    }

    func oneOf<Value: RawRepresentable & CaseIterable>(
        _ type: Value.Type
    ) throws(DescriptionError) -> Value where Value.RawValue == String {
        let names = type.allCases.map(\.rawValue).joined(separator: " or ")
        guard case .text(let text) = node.kind, let value = type.init(rawValue: text) else {
            throw wrong(names)
        }
        return value
    }

    func moment() throws(DescriptionError) -> Moment {
        guard case .text(let text) = node.kind, let moment = Moment(iso8601: text) else {
            throw wrong("a moment such as 2026-01-01T00:00:00Z")
        }
        return moment
    }

    /// The members of a map whose names are data, in their order.
    func map() throws(DescriptionError) -> [(name: String, reader: SourceReader)] {
        guard case .map(let members) = node.kind else { throw wrong("a map") }
        return members.map { member in
            let path = path.isEmpty ? member.name : "\(path).\(member.name)"
            return (member.name, SourceReader(node: member.value, path: path))
        }
    }

    /// Addresses of single machines, such as `203.0.113.9` or `2001:db8::1`.
    func addresses() throws(DescriptionError) -> [String] {
        let addresses = try texts()
        let letters = Set("0123456789abcdefABCDEF.:".utf8)
        let areAddresses = addresses.allSatisfy { text in
            text.utf8.allSatisfy(letters.contains) && (text.contains(".") || text.contains(":"))
        }
        guard areAddresses else { throw wrong("addresses such as 203.0.113.9, and no ranges") }
        return addresses
    }

    func integers(_ range: ClosedRange<Int>) throws(DescriptionError) -> [Int] {
        var integers: [Int] = []
        for element in try list() { integers.append(try element.integer(range)) }
        return integers
    }

    /// The members of a map; every name has to be among `known`.
    func members(_ known: [String]) throws(DescriptionError) -> SourceMembers {
        guard case .map(let members) = node.kind else {
            throw wrong("members out of \(known.joined(separator: ", "))")
        }
        var readers: [String: SourceReader] = [:]
        for member in members {
            let path = path.isEmpty ? member.name : "\(path).\(member.name)"
            guard known.contains(member.name) else {
                throw DescriptionError(
                    member: path,
                    problem: "unknown member; known are \(known.joined(separator: ", "))",
                    place: member.place
                )
            }
            guard readers[member.name] == nil else {
                throw DescriptionError(member: path, problem: "given twice", place: member.place)
            }
            readers[member.name] = SourceReader(node: member.value, path: path)
        }
        return SourceMembers(readers: readers, whole: self)
    }
}
