import MockWeChatWorld

/// A call to the control plane, its path already understood.
struct ControlCall: Sendable {
    /// The variable segments of the path, decoded.
    let parameters: [String]
    let query: [QueryItem]
    let pictures: PictureCache
    let miniProgram: MiniProgramSource
    /// What code pictures begin with.
    let publicURL: String
    let body: [UInt8]

    func json() throws(ControlError) -> JSON {
        guard let json = JSON(parsing: body) else { throw .notJSON }
        return json
    }
}

extension ControlCall {
    /// The value of the one parameter that the query may have.
    func only(_ name: String) throws(ControlError) -> String? {
        for item in query where item.name != name {
            throw .bad(
                DescriptionError(
                    member: item.name,
                    problem: "unknown parameter; known is \(name)"
                )
            )
        }
        return query.last?.value
    }
}
