/// A call that somebody expects to find in the journal, and how near the nearest one comes.
///
/// The answer to an absent call is not "none" but the exchange that resembles it most, with every
/// difference named: most failing tests are off by one member.
struct JournalExpectation: Sendable {
    private struct Condition: Sendable {
        /// Where the value stands, such as `body.scene`.
        let place: String
        let wanted: JSON
        let seen: @Sendable (JournalEntry) -> JSON?
    }

    private let conditions: [Condition]
    /// How many exchanges have to match; nil: at least one.
    private let count: Int?
    /// Matches only what was written down after this number.
    private let since: Int

    /// Reads `{"endpoint","method","query":{},"body":{},"headers":{},"errcode","status","count","since"}`.
    init(parsing text: String) throws(ControlError) {
        guard let json = JSON(parsing: Array(text.utf8)) else {
            throw .bad(DescriptionError(member: "expect", problem: "expected JSON"))
        }
        do throws(DescriptionError) {
            try self.init(SourceReader(node: SourceNode(json), path: ""), json)
        } catch {
            throw .bad(
                DescriptionError(
                    member: error.member.isEmpty ? "expect" : "expect.\(error.member)",
                    problem: error.problem
                )
            )
        }
    }

    private init(_ reader: SourceReader, _ json: JSON) throws(DescriptionError) {
        let members = try reader.members([
            "endpoint", "method", "query", "body", "headers", "errcode", "status", "count", "since",
        ])
        var conditions: [Condition] = []
        let endpoint = try members.required("endpoint").text()
        conditions.append(
            Condition(place: "endpoint", wanted: .string(endpoint)) { .string(String($0.path)) }
        )
        if let method = try members["method"]?.text() {
            conditions.append(
                Condition(place: "method", wanted: .string(method)) { .string($0.method) }
            )
        }
        if let status = try members["status"]?.integer(0...999) {
            conditions.append(
                Condition(place: "status", wanted: .integer(status)) {
                    .integer($0.status)
                }
            )
        }
        if let errcode = try members["errcode"]?.integer(-1_000_000...1_000_000_000) {
            conditions.append(
                Condition(place: "errcode", wanted: .integer(errcode)) { .integer($0.errcode ?? 0) }
            )
        }
        conditions += try Self.conditions(members["query"], json["query"], "query") { entry in
            JournalEntry.object(entry.query.map { ($0.name, $0.value) })
        }
        conditions += try Self.conditions(members["headers"], json["headers"], "headers") { entry in
            JournalEntry.object(entry.headers.fields.map { ($0.name, $0.value) })
        }
        conditions += try Self.conditions(members["body"], json["body"], "body") { entry in
            JSON(parsing: entry.body)
        }
        self.conditions = conditions
        count = try members["count"]?.integer(0...WorldLimits.journalEntriesMax)
        since = try members["since"]?.integer(0...Int.max) ?? 0
    }

    /// One condition for each member that is expected; members that are not named may be anything.
    private static func conditions(
        _ reader: SourceReader?,
        _ json: JSON?,
        _ place: String,
        of object: @escaping @Sendable (JournalEntry) -> JSON?
    ) throws(DescriptionError) -> [Condition] {
        guard let reader else { return [] }
        guard let members = json?.members else { throw reader.wrong("an object") }
        return members.map { member in
            Condition(place: "\(place).\(member.name)", wanted: member.value) {
                object($0)?[member.name]
            }
        }
    }

    /// Holds the expectation against the journal.
    ///
    /// - Returns: `{"met":true,"matched":[seq…]}`, or `{"met":false,…,"closest":{…}}`.
    func judge(
        _ entries: some Collection<JournalEntry>,
        _ drawn: (PictureOrder) -> DrawnPicture?
    ) -> JSON {
        var matched: [JSON] = []
        var closest: (entry: JournalEntry, differences: [JSON])?
        for entry in entries where entry.sequence > since {
            let differences = differences(from: entry)
            if differences.isEmpty {
                matched.append(.integer(entry.sequence))
            } else if closest.map({ differences.count <= $0.differences.count }) ?? true {
                closest = (entry, differences)
            }
        }
        let met = count.map { $0 == matched.count } ?? !matched.isEmpty
        var members = [
            JSONMember("met", .bool(met)), JSONMember("matched", .array(matched)),
        ]
        guard !met else { return .object(members) }
        members.append(JSONMember("why", .string(why(matched.count))))
        if matched.isEmpty, let closest {
            members.append(
                JSONMember(
                    "closest",
                    [
                        "seq": .integer(closest.entry.sequence),
                        "differences": .array(closest.differences),
                        "entry": closest.entry.json(drawn),
                    ]
                )
            )
        }
        return .object(members)
    }

    private func why(_ found: Int) -> String {
        let wanted = count.map { "\($0)" } ?? "at least one"
        return "expected \(wanted) of such calls, the journal has \(found)"
    }

    private func differences(from entry: JournalEntry) -> [JSON] {
        conditions.compactMap { condition in
            let seen = condition.seen(entry)
            guard seen != condition.wanted else { return nil }
            return [
                "where": .string(condition.place),
                "expected": condition.wanted,
                "seen": seen ?? .null,
            ]
        }
    }
}
