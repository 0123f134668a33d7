import Foundation
import Subprocess
import SystemPackage

/// The real program `simulate`, as `swift build` made it beside this test.
enum SimulateProgram {
    struct Ended {
        var status: Int32
        var output: String
    }

    static func run(_ arguments: String...) async throws -> Ended {
        try await run(arguments)
    }

    static func run(_ arguments: [String]) async throws -> Ended {
        let result = try await Subprocess.run(
            .path(path),
            arguments: Arguments(arguments),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20)
        )
        guard case .exited(let status) = result.terminationStatus else { throw Killed() }
        return Ended(status: status, output: result.standardOutput)
    }

    private struct Killed: Error {}

    static var path: FilePath {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for folder in [beside.path, ProjectFiles.url(".build/debug").path] {
            let file = "\(folder)/simulate"
            if FileManager.default.isExecutableFile(atPath: file) { return FilePath(file) }
        }
        return FilePath("simulate")
    }
}

/// The project's files, as they lie in the tree that was built.
enum ProjectFiles {
    static func url(_ path: String) -> URL {
        URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: path)
    }
}
