import LoginStore

/// Where a store did not do what the contract says.
package struct ContractViolation: Error, CustomStringConvertible {
    package let description: String

    init(_ text: String, _ file: StaticString, _ line: Int) {
        description = "\(file):\(line): \(text)"
    }
}

/// Asks that something is so.
func require(
    _ isSo: Bool,
    _ text: String,
    file: StaticString = #fileID,
    line: Int = #line
) throws {
    if !isSo { throw ContractViolation(text, file, line) }
}

/// Asks that the store said what it should.
func require<Value: Equatable>(
    _ found: Value,
    is wanted: Value,
    file: StaticString = #fileID,
    line: Int = #line
) throws {
    if found != wanted { throw ContractViolation("\(found) is not \(wanted)", file, line) }
}

/// Asks that there is something.
func require<Value>(
    _ found: Value?,
    file: StaticString = #fileID,
    line: Int = #line
) throws -> Value {
    guard let found else { throw ContractViolation("nothing is there", file, line) }
    return found
}

/// Asks that the store refuses, because something of that name is there already.
func requireDuplicate(
    file: StaticString = #fileID,
    line: Int = #line,
    _ body: () async throws -> Void
) async throws {
    do {
        try await body()
    } catch LoginStoreError.duplicate {
        return
    }
    throw ContractViolation("a duplicate was taken", file, line)
}
