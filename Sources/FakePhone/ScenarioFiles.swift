internal import Foundation

/// Finds and reads scenario files.
package enum ScenarioFiles {
    /// Why there is nothing to play.
    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case noSuchPath(String)
        case noScenarios(folder: String)
        case unreadable(String)
        /// A value was given for a name that is in the `vars` of no file.
        case noVariable(String)
        /// One line for each thing that is wrong.
        case invalid([ScenarioError])

        package var description: String {
            switch self {
            case .noSuchPath(let path): "\(path): no such file or folder"
            case .noScenarios(let folder): "\(folder): no .yaml file in this folder"
            case .unreadable(let path): "\(path): cannot be read as UTF-8 text"
            case .noVariable(let name): "--set \(name): no file has '\(name)' in its vars"
            case .invalid(let errors): errors.map(\.description).joined(separator: "\n")
            }
        }
    }

    /// Reads every scenario under `paths`, in the order given; those of a folder by name.
    ///
    /// Nothing is returned unless all of them are sound.
    package static func load(
        _ paths: [String],
        values: [String: String] = [:]
    ) throws(Failure) -> [Scenario] {
        var scenarios: [Scenario] = []
        var errors: [ScenarioError] = []
        for path in try files(paths) {
            guard let data = FileManager.default.contents(atPath: path),
                let text = String(data: data, encoding: .utf8)
            else { throw .unreadable(path) }
            do {
                scenarios.append(try Scenario.read(yaml: text, file: path, values: values))
            } catch {
                errors += error.all
            }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        let known = scenarios.reduce(into: Set<String>()) { $0.formUnion($1.variables) }
        if let name = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw .noVariable(name)
        }
        return scenarios
    }

    private static func files(_ paths: [String]) throws(Failure) -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw .noSuchPath(path)
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            let found = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
            guard !found.isEmpty else { throw .noScenarios(folder: path) }
            let folder = path.hasSuffix("/") ? path : path + "/"
            files += found.map { folder + $0 }
        }
        return files
    }
}
