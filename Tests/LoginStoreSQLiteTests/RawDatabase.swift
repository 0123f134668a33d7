import GRDB

/// The file as somebody else's program sees it: plain SQL.
struct RawDatabase {
    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    func execute(_ sql: String) throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    /// The first column of each row, as text.
    func column(_ sql: String) throws -> [String] {
        try queue.read { db in try String.fetchAll(db, sql: sql) }
    }

    /// One number.
    func number(_ sql: String) throws -> Int {
        try queue.read { db in try Int.fetchOne(db, sql: sql) ?? 0 }
    }

    /// The rows themselves.
    func rows(_ sql: String) throws -> [Row] {
        try queue.read { db in try Row.fetchAll(db, sql: sql) }
    }

    /// Everything in the tables of the schema, as text.
    func contents() throws -> [String] {
        let tables = try column(
            """
            SELECT name FROM sqlite_schema
            WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name
            """
        )
        return try queue.read { db in
            try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY 1").map { row in
                    "\(table): " + row.map { "\($0) \(Self.text($1))" }.joined(separator: ", ")
                }
            }
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        guard case .blob(let bytes) = value.storage else { return "\(value)" }
        return bytes.map { String($0, radix: 16) }.joined(separator: " ")
    }

    /// The schema, statement by statement.
    func schema() throws -> [String] {
        try column("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    }

    func close() throws {
        try queue.close()
    }
}
