import Configuration
import Foundation
import Yams

/// Where settings come from: flags over environment over file.
///
/// Layers, names and conversions are swift-configuration's. What it cannot know is which names
/// exist, so unknown ones are found here: a misspelt limit must not be no limit.
struct SettingSource {
    private let layers: [any ConfigSnapshot]
    /// The file, and what it says; nil for none that says anything.
    private var filed: (path: String, layers: [any ConfigSnapshot])?
    /// The part of the file that names websites, and the file.
    private(set) var clients: (node: Node, file: String)?
    /// Whether the file, where there is one, could be read.
    private(set) var isReadable = true
    /// What is wrong so far, a line each.
    private(set) var problems: [String]
    /// What an operator should know that keeps nothing from running, a line each.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - flags: settings from the command line, as text.
    ///   - environment: the process's environment; only our prefix is looked at.
    ///   - file: a YAML or JSON file; nil for none.
    init(
        flags: [SettingKey: String],
        environment: [String: String],
        file: String?
    ) async {
        var problems: [String] = []
        let prefix = SettingKey.environmentPrefix
        let ours = environment.filter { $0.key.hasPrefix(prefix) }
        let known = Set(SettingKey.allCases.map(\.environmentName))
        for name in ours.keys.filter({ !known.contains($0) }).sorted() {
            problems.append("\(name) is no setting of this program.")
        }
        var stripped: [String: String] = [:]
        for (name, value) in ours { stripped[String(name.dropFirst(prefix.count))] = value }
        var flagValues: [String: String] = [:]
        for (key, value) in flags {
            flagValues[key.path.joined(separator: "_").uppercased()] = value
        }
        var layers: [any ConfigSnapshot] = [
            EnvironmentVariablesProvider(environmentVariables: flagValues).snapshot(),
            EnvironmentVariablesProvider(environmentVariables: stripped).snapshot(),
        ]
        if let file {
            do {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                // YAML reads JSON too.
                if let root = try Yams.compose(yaml: text) {
                    problems += Self.flaws(in: root, of: file)
                    // A name with nothing behind it says nothing.
                    if let node = root.mapping?[Node(ClientsSection.name)], node.null == nil {
                        clients = (node, file)
                    }
                    let own = try Self.layer(root, text, isJSON: file.hasSuffix(".json"))
                    layers += own
                    filed = (file, own)
                }
            } catch {
                problems.append(Self.sentence(error, file))
                isReadable = false
            }
        }
        self.layers = layers
        self.problems = problems
    }

    /// A file's settings; none where it says nothing but which websites there are.
    private static func layer(
        _ root: Node,
        _ text: String,
        isJSON: Bool
    ) throws -> [any ConfigSnapshot] {
        var text = text
        var isJSON = isJSON
        if var mapping = root.mapping, mapping[Node(ClientsSection.name)] != nil {
            // Lists of anything but texts are beyond the layers.
            mapping[Node(ClientsSection.name)] = nil
            if mapping.isEmpty { return [] }
            text = try Yams.serialize(node: .mapping(mapping))
            isJSON = false
        }
        let bytes = Array(text.utf8)
        return [
            isJSON
                ? try JSONSnapshot(
                    data: bytes.span.bytes,
                    providerName: "file",
                    parsingOptions: .default
                )
                : try YAMLSnapshot(
                    data: bytes.span.bytes,
                    providerName: "file",
                    parsingOptions: .default
                )
        ]
    }

    /// Why a file cannot be read, in a line.
    private static func sentence(_ error: any Error, _ file: String) -> String {
        switch error {
        case let error as YamlError:
            // The first line says where; what follows draws the place.
            let text = "\(error)".split(separator: "\n").first.map(String.init) ?? "no YAML"
            return "The configuration file \(file) cannot be read: \(text)"
        case is CocoaError where !FileManager.default.fileExists(atPath: file):
            return "The configuration file \(file) does not exist."
        case is CocoaError:
            return "The configuration file \(file) cannot be read: look at its permissions, and "
                + "that it is UTF-8."
        default:
            return "The configuration file \(file) cannot be read: \(type(of: error))."
        }
    }

    /// The names of a file that are no settings, and values that none can have, which the layers
    /// would pass over.
    private static func flaws(in root: Node, of file: String) -> [String] {
        let known = Set(SettingKey.allCases.map(\.rawValue))
        let groups = Set(SettingKey.allCases.compactMap { $0.path.count > 1 ? $0.path[0] : nil })
        let scalars = [Tag(.str), Tag(.int)]
        var flaws: [String] = []
        func walk(_ node: Node, _ path: [String]) {
            guard let mapping = node.mapping else {
                return flaws.append("\(file): expected names and values, not a list or a text.")
            }
            for (key, value) in mapping {
                let path = path + [key.string ?? "?"]
                let name = path.joined(separator: ".")
                let line = key.mark.map { "\(file):\($0.line)" } ?? file
                // Websites are judged apart.
                if name == ClientsSection.name { continue }
                if path.count == 1, groups.contains(name) {
                    walk(value, path)
                } else if !known.contains(name) {
                    flaws.append("\(line): \(name) is no setting of this program.")
                } else if value.scalar == nil || !scalars.contains(value.tag) {
                    let bare = value.scalar?.string ?? ""
                    let cure = value.tag == Tag(.bool) ? " Write \"\(bare)\" in quotes." : ""
                    flaws.append(
                        "\(line): \(name) must be a whole number or a text in quotes.\(cure)"
                    )
                }
            }
        }
        walk(root, [])
        return flaws
    }

    mutating func note(_ problem: String) {
        problems.append(problem)
    }

    /// Notes a file with a secret that others may read.
    mutating func warn(_ line: String?) {
        if let line { warnings.append(line) }
    }

    /// The configuration file, where it says something of a setting; nil otherwise.
    func file(saying key: SettingKey) -> String? {
        guard let filed else { return nil }
        let says = filed.layers.contains { layer in
            [ConfigType.string, .int].contains { (try? content(key, $0, in: layer)) != nil }
        }
        return says ? filed.path : nil
    }

    /// A text; nil when nobody said, or said nothing.
    ///
    /// Numbers of a file count as their digits.
    mutating func text(_ key: SettingKey) -> String? {
        for layer in layers {
            if case .string(let text)? = try? content(key, .string, in: layer), !text.isEmpty {
                return text
            }
            if case .int(let number)? = try? content(key, .int, in: layer) {
                return String(number)
            }
        }
        return nil
    }

    /// A whole number within bounds; nil when nobody said or it was none.
    mutating func number(_ key: SettingKey, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            problems.append(
                "\(key.environmentName) must be a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound), not \(text.prefix(40))."
            )
            return nil
        }
        return number
    }

    /// One of the words there are; nil when nobody said or it was none of them.
    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: SettingKey
    ) -> Choice? {
        guard let text = text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(
                "\(key.environmentName) must be one of \(words), not \(text.prefix(40))."
            )
            return nil
        }
        return choice
    }

    private func content(
        _ key: SettingKey,
        _ type: ConfigType,
        in layer: any ConfigSnapshot
    ) throws -> ConfigContent? {
        let path = AbsoluteConfigKey(key.path, context: [:])
        return try layer.value(forKey: path, type: type).value?.content
    }
}
