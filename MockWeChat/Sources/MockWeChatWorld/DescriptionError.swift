/// A description that cannot be understood: what is wrong, and what was expected.
package struct DescriptionError: Error, Sendable, Equatable {
    /// The member's path, such as `apps[0].released`; empty for the whole.
    package let member: String
    /// A phrase such as `expected true or false`.
    package let problem: String
    package var place: SourcePlace?

    package init(member: String, problem: String, place: SourcePlace? = nil) {
        self.member = member
        self.problem = problem
        self.place = place
    }

    /// One sentence for people, without the place.
    package var detail: String {
        member.isEmpty ? problem : "\(member): \(problem)"
    }
}
