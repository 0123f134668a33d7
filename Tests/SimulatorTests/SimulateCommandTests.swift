import Foundation
import Subprocess
import SystemPackage
import Testing

/// What the program `simulate` says to those who call it otherwise than they meant.
@Suite(.timeLimit(.minutes(10))) struct SimulateCommandTests {
    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("simulate-\(UUID().uuidString)").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await body(file)
    }

    @Test(arguments: ["\n", "\r\n"])
    func `every seed of a file is run, however its lines end`(newline: String) async throws {
        let lines = ["# kept", "1", "3 because it says why", "", "12"]
        try await withFile(lines.joined(separator: newline)) { file async throws in
            let ended = try await SimulateProgram.run(
                "--seeds",
                file,
                "--runs",
                "1",
                "--seed",
                "9"
            )
            #expect(ended.status == 0)
            #expect(ended.output.contains("4 seeds, "), "\(ended.output)")
        }
    }

    @Test(arguments: [
        ["--trace", "--runs", "3"], ["--trace", "--coverage"], ["--trace", "--plants"],
        ["--plants", "--seed", "4"], ["--page", "Documentation/Simulator.md"],
        ["--story", "/tmp/x"],
        ["--story", "/tmp/x", "--seed", "1", "--logins", "5"], ["--runs", "0"],
        ["--plant", "nothing"],
        ["--seeds", "/nowhere/at/all"], ["--seed", "-1"],
    ])
    func `what would be passed over is refused`(arguments: [String]) async throws {
        #expect(try await SimulateProgram.run(arguments).status == 64)
    }

    @Test func `a page without the table of bugs bounds nothing`() async throws {
        try await withFile("# A page\n\n| `redeem-twice` | words | 200 | I1 |\n") {
            file async throws in
            #expect(try await SimulateProgram.run("--plants", "--page", file).status == 64)
        }
    }

    @Test func `what cannot be written is an end of its own`() async throws {
        #expect(try await shell(#""$0" --seed 1 --runs 1 > /dev/full; echo $?"#) == "74")
        let story = try await SimulateProgram.run(
            "--seed",
            "2",
            "--plant",
            "redeem-twice",
            "--story",
            "/nowhere/story.yaml"
        )
        #expect(story.status == 74)
    }

    /// The first line of progress says that it is under way.
    @Test func `who is stopped has not held`() async throws {
        let script = """
            exec 3< <(exec "$0" --logins 100000000 --seed 1 2>&1 >/dev/null)
            read -r line <&3; kill -TERM $!; wait $!; echo $?
            """
        #expect(try await shell(script) == "143")
    }

    private func shell(_ script: String) async throws -> String {
        let result = try await Subprocess.run(
            .name("bash"),
            arguments: ["-c", script, SimulateProgram.path.string],
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
