/// One member of a JSON object.
package struct JSONMember: Sendable, Equatable {
    package let name: String
    package let value: JSON

    package init(_ name: String, _ value: JSON) {
        self.name = name
        self.value = value
    }
}
