/// Which exchanges somebody wants to see: the query of `GET /_mock/journal`.
struct JournalFilter: Sendable {
    private var endpoint: String?
    private var method: String?
    private var appid: String?
    private var errcode: Int?
    private var fault: String?
    private var since = 0
    private(set) var limit = WorldLimits.journalEntriesMax
    /// What the caller expects to find, when that is the question.
    private(set) var expectation: JournalExpectation?

    private static let known = [
        "endpoint", "method", "appid", "errcode", "fault", "since", "limit", "expect",
    ]

    init(_ query: [QueryItem]) throws(ControlError) {
        for item in query {
            switch item.name {
            case "endpoint": endpoint = item.value
            case "method": method = item.value.uppercased()
            case "appid": appid = item.value
            case "errcode": errcode = try Self.number(item, -1_000_000...1_000_000_000)
            case "fault": fault = item.value
            case "since": since = try Self.number(item, 0...Int.max)
            case "limit": limit = try Self.number(item, 0...WorldLimits.journalEntriesMax)
            case "expect": expectation = try JournalExpectation(parsing: item.value)
            default:
                throw .bad(
                    DescriptionError(
                        member: item.name,
                        problem:
                            "unknown parameter; known are \(Self.known.joined(separator: ", "))"
                    )
                )
            }
        }
    }

    private static func number(
        _ item: QueryItem,
        _ range: ClosedRange<Int>
    ) throws(ControlError) -> Int {
        guard let number = Int(item.value), range.contains(number) else {
            throw .bad(
                DescriptionError(
                    member: item.name,
                    problem:
                        "expected a whole number from \(range.lowerBound) to \(range.upperBound)"
                )
            )
        }
        return number
    }

    func accepts(_ entry: JournalEntry) -> Bool {
        if let endpoint, entry.path != endpoint { return false }
        if let method, entry.method != method { return false }
        if let appid, entry.appid != appid { return false }
        if let errcode, entry.isUnsent || (entry.errcode ?? 0) != errcode { return false }
        if let fault, entry.fault.map({ "f\($0)" }) != fault { return false }
        return entry.sequence > since
    }
}
