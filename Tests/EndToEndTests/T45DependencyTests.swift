import Foundation
import Subprocess
import SystemPackage
import Testing

/// A package with a known hole does not get through.
struct T45DependencyTests {
    private func check(_ pins: [(String, String)]) async throws -> Programs.Ended {
        try await Programs.withFolder { folder in
            let file = "\(folder)/Package.resolved"
            let list = pins.map {
                #"{"identity":"\#($0.0)","kind":"x","location":"x","state":{"version":"\#($0.1)"}}"#
            }
            try #"{"pins":[\#(list.joined(separator: ","))],"version":3}"#
                .write(toFile: file, atomically: true, encoding: .utf8)
            let result = try await run(
                .path(FilePath("\(Programs.root)/CI/dependencies")),
                arguments: [file],
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            var status: Int32 = -1
            if case .exited(let code) = result.terminationStatus { status = code }
            return Programs.Ended(
                status: status,
                output: result.standardOutput,
                errors: result.standardError
            )
        }
    }

    @Test(arguments: [
        ("swift-nio", "2.99.0"), ("swift-nio", "2.9.9"), ("swift-nio-http2", "1.44.0"),
        ("swift-nio-http2", "1.19.1"),
    ])
    func `T45 an old version with a known hole is named, and the check fails`(
        name: String,
        version: String
    ) async throws {
        let run = try await check([("hummingbird", "2.28.1"), (name, version)])
        #expect(run.status == 1)
        #expect(run.errors.contains("\(name) \(version) has a known hole"), "\(run.errors)")
    }

    @Test func `T45 versions without one pass, and so does a package nobody uses`() async throws {
        let run = try await check([("swift-nio", "2.100.0"), ("swift-nio-http2", "1.44.1")])
        #expect(run.status == 0)
        #expect(try await check([("grdb.swift", "7.10.0")]).status == 0)
    }

    @Test func `T45 a file that cannot be read is no pass`() async throws {
        let run = try await run(
            .path(FilePath("\(Programs.root)/CI/dependencies")),
            arguments: ["/nowhere/Package.resolved"],
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        #expect(run.terminationStatus == .exited(2))
    }
}
