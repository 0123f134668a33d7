import Foundation
import Testing

/// The scorecard of `SECURITY.md` and the tests of the project say the same.
@Suite struct ScorecardTests {
    /// The threat model has these.
    private static let threats = Set(1...45)

    /// The project's own folder.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Row {
        var threat: Int
        var defence: String
        /// `Room/File`, as they stand in the third column.
        var files: [String]
    }

    /// The section of `SECURITY.md` from its heading to the next, as lines.
    private func section() throws -> [Substring] {
        let text = try String(contentsOf: Self.root.appending(path: "SECURITY.md"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "## Scorecard"))
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix("## ") })
    }

    private func rows() throws -> [Row] {
        try section().filter { $0.hasPrefix("| T") }.map { line in
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            try #require(cells.count == 3, "\(line)")
            let number = try #require(cells[0].firstMatch(of: /^T(\d+) \w/)?.1)
            return Row(
                threat: try #require(Int(number)),
                defence: cells[1],
                files: cells[2].matches(of: /`([^`]+)`/).map { String($0.1) }
            )
        }
    }

    /// The numbers in the list of what is not there yet.
    private func open() throws -> [Int] {
        try section().filter { $0.hasPrefix("- T") }.flatMap { line in
            line.matches(of: /\bT(\d+)\b/).compactMap { Int($0.1) }
        }
    }

    /// The threats whose number a test's name begins with, by `Room/File`.
    private func tests() throws -> [String: Set<Int>] {
        var found: [String: Set<Int>] = [:]
        for folder in ["Tests", "MockWeChat/Tests"] {
            let place = Self.root.appending(path: folder)
            let files = try #require(
                FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
            )
            for case let file as URL in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                let numbers = text.matches(of: /func `T(\d+)\b/).compactMap { Int($0.1) }
                let name = file.deletingPathExtension().path()
                    .dropFirst(place.path().count).drop { $0 == "/" }
                if !numbers.isEmpty { found[String(name), default: []].formUnion(numbers) }
            }
        }
        return found
    }

    @Test func `every threat is either in the table or listed as not yet, and once`() throws {
        let handled = try rows().map(\.threat)
        let open = try open()
        #expect(Set(handled + open) == Self.threats)
        let both = handled + open
        #expect(Set(both).count == both.count)
        #expect(handled == handled.sorted())
    }

    /// The files whose tests begin their names with a threat's number, sorted.
    private func files(of threat: Int, in tests: [String: Set<Int>]) -> [String] {
        tests.filter { $0.value.contains(threat) }.map(\.key).sorted()
    }

    /// The table's third column is made of the tests: `RECORD=1` writes it anew.
    @Test func `every threat in the table has its tests, and the table names them all`() throws {
        let tests = try tests()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" { try record(tests) }
        let rows = try rows()
        #expect(!rows.isEmpty)
        for row in rows {
            #expect(!row.defence.isEmpty, "T\(row.threat)")
            let files = files(of: row.threat, in: tests)
            #expect(!files.isEmpty, "T\(row.threat)")
            #expect(row.files == files, "T\(row.threat): RECORD=1 writes the column anew")
        }
    }

    private func record(_ tests: [String: Set<Int>]) throws {
        let place = Self.root.appending(path: "SECURITY.md")
        let text = try String(contentsOf: place, encoding: .utf8)
        let rows = Set(try section().filter { $0.hasPrefix("| T") }.map(String.init))
        let lines = try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard rows.contains(String(line)) else { return String(line) }
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            let number = try #require(cells[0].firstMatch(of: /^T(\d+) \w/)?.1)
            let names = files(of: try #require(Int(number)), in: tests).map { "`\($0)`" }
            return "| \(cells[0]) | \(cells[1]) | \(names.joined(separator: ", ")) |"
        }
        try lines.joined(separator: "\n").write(to: place, atomically: true, encoding: .utf8)
    }

    /// The numbers of what is proven in part: those lines say so.
    private func partly() throws -> [Int] {
        try section().filter { $0.hasPrefix("- T") && $0.contains(" partly: ") }.flatMap { line in
            line.matches(of: /\bT(\d+)\b/).compactMap { Int($0.1) }
        }
    }

    @Test func `every threat that a test names is in the table, or said to be handled in part`()
        throws
    {
        let handled = Set(try rows().map(\.threat) + partly())
        let named = try tests()
        #expect(!named.isEmpty)
        for (file, numbers) in named.sorted(by: { $0.key < $1.key }) {
            #expect(numbers.isSubset(of: handled), "\(file)")
        }
    }

    /// "Also T7", somewhere in a name, would be seen by nobody.
    @Test func `a threat's number stands at the beginning of a test's name`() throws {
        for folder in ["Tests", "MockWeChat/Tests"] {
            let place = Self.root.appending(path: folder)
            let files = try #require(
                FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
            )
            for case let file as URL in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for name in text.matches(of: /func `([^`]+)`/).map(\.1) {
                    let isHidden = name.firstMatch(of: /.\bT\d+\b/) != nil
                    #expect(!isHidden, "\(file.lastPathComponent): \(name)")
                }
            }
        }
    }
}
