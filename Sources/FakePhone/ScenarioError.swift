/// What is wrong with a scenario file, and where.
package struct ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    package var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line:column: message`, the form that editors jump to.
    package var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Everything that is wrong with a scenario file, at least one thing.
package struct ScenarioErrors: Error, Sendable, Equatable, CustomStringConvertible {
    package let first: ScenarioError
    package let others: [ScenarioError]

    package init(first: ScenarioError) {
        self.first = first
        others = []
    }

    /// Nil for an empty list.
    package init?(_ errors: [ScenarioError]) {
        guard let first = errors.first else { return nil }
        self.first = first
        others = Array(errors.dropFirst())
    }

    package var all: [ScenarioError] { [first] + others }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}
