/// How one call departs from what an honest browser or phone would send.
///
/// An attack is an ordinary call with somebody else's variables, with members that nobody asked
/// for, or from a foreign page.
package struct Twist: Sendable, Equatable {
    /// Values used in place of one's own, by their names, such as `scene`, `nonce` or `cookie`.
    package var variables: [String: String]
    /// Members added to the JSON that is sent, or replacing those of the same name.
    ///
    /// `{name}` in a text stands for a variable.
    package var forged: [String: JSONValue]
    /// What a browser sends as `Origin`; nil for its own.
    package var origin: String?

    package init(
        variables: [String: String] = [:],
        forged: [String: JSONValue] = [:],
        origin: String? = nil
    ) {
        self.variables = variables
        self.forged = forged
        self.origin = origin
    }

    /// An honest call.
    package static let honest = Twist()

    /// The variable as this call sees it: the borrowed value, or else one's own.
    package func value(of name: String, own: String?) -> String? {
        variables[name] ?? own
    }

    /// The JSON of a call with the forged members in it.
    ///
    /// Members can only be forged into an object; a call without a body gets one. A variable that takes
    /// the place of a number is a number too.
    package func applied(
        to json: JSONValue?,
        filling variables: [String: String] = [:]
    ) -> JSONValue? {
        guard !forged.isEmpty else { return json }
        var members: [String: JSONValue] = [:]
        if case .object(let own)? = json { members = own }
        for name in forged.keys.sorted() {
            guard case .string(let text)? = forged[name], !Template(text).names.isEmpty else {
                members[name] = forged[name]
                continue
            }
            let filled = Template(text).filled(with: variables)
            if case .int? = members[name], let number = Int(filled) {
                members[name] = .int(number)
            } else {
                members[name] = .string(filled)
            }
        }
        return .object(members)
    }
}
