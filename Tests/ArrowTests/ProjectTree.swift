import Foundation

/// The project's files, as they lie in the tree that was built.
enum ProjectTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: Sendable {
        /// From the root of the project.
        var path: String
        var text: String
    }

    struct RoomFolder: Sendable {
        var name: String
        var files: [File]
    }

    /// The rooms that are there: one folder each.
    static func roomFolders() throws -> [RoomFolder] {
        try ["Sources", "MockWeChat/Sources"].flatMap { parent in
            try folders(in: parent).map { name in
                RoomFolder(name: name, files: try swiftFiles(under: "\(parent)/\(name)"))
            }
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func swiftFiles(under folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: base.path)
            .filter { $0.hasSuffix(".swift") }
            .sorted()
            .map { File(path: "\(folder)/\($0)", text: try text("\(folder)/\($0)")) }
    }

    private static func folders(in parent: String) throws -> [String] {
        let base = root.appending(path: parent)
        return try FileManager.default.contentsOfDirectory(atPath: base.path)
            .filter { name in
                var isFolder: ObjCBool = false
                let path = base.appending(path: name).path
                return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                    && isFolder.boolValue
            }
            .sorted()
    }
}
