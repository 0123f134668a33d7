import Foundation
import Simulator
import Testing

/// Bugs that are put in on purpose: a simulator that does not find them proves nothing.
@Suite(.timeLimit(.minutes(10))) struct PlantTests {
    // That each is found within its seeds, `CI/simulate` sees: it takes a minute of its own.
    @Test(arguments: Plant.allCases)
    func `the page has each bug in its words, and what must fire`(plant: Plant) throws {
        let rows = try PlantTable.rows()
        let row = try #require(rows[plant.rawValue], "the page has no such bug")
        #expect(row.words == plant.words)
        #expect(row.invariants == plant.invariants)
        #expect(row.seedsMax <= 10_000)
    }

    @Test func `the page has no bug that cannot be put in`() throws {
        #expect(try PlantTable.rows().keys.sorted() == Plant.allCases.map(\.rawValue).sorted())
        #expect(Plant.allCases.count >= 20)
    }

    @Test func `a bug is found by the program, which says how to see it again`() async throws {
        let found = try await SimulateProgram.run("--seed", "1", "--plant", "redeem-twice")
        #expect(found.status == 0)
        #expect(found.output.contains("I1 at "))
        let lines = found.output.split(separator: "\n").map(String.init)
        let command = lines.first { $0.hasPrefix("again, with the whole trace: simulate ") }
        let words = try #require(command).split(separator: " ").map(String.init)
        let again = try await SimulateProgram.run(Array(words.dropFirst(6)))
        #expect(again.status == 0)
        #expect(again.output.contains("I1 at "))
    }
}

/// The table of bugs on the simulator's page.
enum PlantTable {
    struct Row {
        var words: String
        var seedsMax: Int
        var invariants: [String]
    }

    static func rows() throws -> [String: Row] {
        let page = try String(
            contentsOf: ProjectFiles.url("Documentation/Simulator.md"),
            encoding: .utf8
        )
        var rows: [String: Row] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, let most = Int(cells[2]) else { continue }
            rows[cells[0].replacing("`", with: "")] = Row(
                words: cells[1],
                seedsMax: most,
                invariants: cells[3].split(separator: ", ").map(String.init)
            )
        }
        return rows
    }
}
