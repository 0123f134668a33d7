import GRDB

/// Statements that are prepared once a connection and kept.
///
/// To prepare one costs more than to run it: SQLite parses it and every trigger it may fire, and GRDB
/// hears of each column. For SQL that is the same each time, of which there are a few dozen.
extension Database {
    /// Runs one statement.
    func run(sql: String, arguments: StatementArguments = StatementArguments()) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row of one statement's answer; nil when there is none.
    func row(sql: String, arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }
}
