/// The members of a map, by name.
///
/// A member that is null counts as absent.
struct SourceMembers {
    let readers: [String: SourceReader]
    let whole: SourceReader

    subscript(name: String) -> SourceReader? {
        guard let reader = readers[name] else { return nil }
        if case .null = reader.node.kind { return nil }
        return reader
    }

    func required(_ name: String) throws(DescriptionError) -> SourceReader {
        if let reader = self[name] { return reader }
        let path = whole.path.isEmpty ? name : "\(whole.path).\(name)"
        throw DescriptionError(member: path, problem: "missing", place: whole.node.place)
    }
}
