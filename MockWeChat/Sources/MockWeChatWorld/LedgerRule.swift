/// One rule that the mock obeys.
package struct LedgerRule: Sendable, Equatable {
    /// How sure we are.
    package enum Grade: String, Sendable, CaseIterable {
        /// A page of WeChat's says so.
        case documented
        /// A capture, a probe, or the source of a program that depends on it says so.
        case observed
        /// Nobody has published it; a switch of the world file can change the important ones.
        case assumed
    }

    /// A short name, which the fixtures under `Fixtures/WeChat` refer to.
    package let id: String
    package let what: String
    package let grade: Grade
    package let source: String
    /// When the source was written or the capture made: a year, a month or a day.
    package let date: String
    /// The call, or the place in the world file.
    package let place: String

    init(
        _ id: String,
        _ what: String,
        _ grade: Grade,
        source: String,
        date: String,
        where place: String
    ) {
        self.id = id
        self.what = what
        self.grade = grade
        self.source = source
        self.date = date
        self.place = place
    }

    var json: JSON {
        [
            "what": .string("\(place): \(what)"), "grade": .string(grade.rawValue),
            "source": .string(source), "date": .string(date), "where": .string(place),
            "id": .string(id),
        ]
    }

    var markdown: String {
        let cells = [id, place, what, grade.rawValue, source, date].map { cell in
            cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        }
        return "| \(cells.joined(separator: " | ")) |"
    }
}
