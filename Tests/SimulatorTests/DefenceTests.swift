import Foundation
import Simulator
import Testing

/// What the planted bugs stand for: each is the loss of a defence that is somewhere in the real code.
@Suite(.timeLimit(.minutes(10))) struct DefenceTests {
    @Test(arguments: Plant.allCases)
    func `a bug that can be put in is the loss of a real defence`(plant: Plant) throws {
        #expect(try Defence.all().contains { $0.plants.contains(plant.rawValue) })
    }

    @Test func `no defence is said to be missed by a bug that cannot be put in`() throws {
        let known = Set(Plant.allCases.map(\.rawValue))
        for defence in try Defence.all() {
            #expect(known.isSuperset(of: defence.plants), "\(defence.what)")
        }
    }

    @Test func `the page says which defence each bug takes away`() throws {
        let page = try String(
            contentsOf: ProjectFiles.url("Documentation/Simulator.md"),
            encoding: .utf8
        )
        let section = try #require(page.components(separatedBy: "## The defences").last)
        let rows = section.prefix { $0 != "#" }.split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .map { row in
                row.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }
            }
        let meant = try Defence.all().flatMap { defence in
            defence.plants.map { ["`\($0)`", defence.what] }
        }
        #expect(Set(rows) == Set(meant))
    }
}

/// An entry of the list of defences that `CI/mutations` takes away, as far as it concerns the simulator.
private struct Defence {
    var what = ""
    var plants: [String] = []

    /// Read by lines: the list has each key on a line of its own, and texts of several lines nowhere but in
    /// the edits, whose lines are Swift and begin with no such key.
    static func all() throws -> [Defence] {
        let list = try String(contentsOf: ProjectFiles.url("CI/mutations.toml"), encoding: .utf8)
        var defences: [Defence] = []
        for line in list.split(separator: "\n") {
            if line == "[[defence]]" { defences.append(Defence()) }
            guard let last = defences.indices.last else { continue }
            if let what = line.wholeMatch(of: /what = "(.*)"/) {
                defences[last].what = String(what.1)
            }
            if let plants = line.wholeMatch(of: /plants = \[(.*)\]/) {
                defences[last].plants = plants.1.matches(of: /"([^"]*)"/).map { String($0.1) }
            }
        }
        try #require(defences.count > 100)
        return defences
    }
}
