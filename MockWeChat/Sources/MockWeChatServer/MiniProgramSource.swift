import FoundationEssentials
import MockWeChatWorld

/// Where the virtual phone has its mini-program from: `MiniProgram/lib`, or a developer's own copy.
package enum MiniProgramSource: Sendable {
    /// What is built in.
    case shipped
    /// A folder, read anew at each look.
    case folder(String)

    /// The file that the phone starts with.
    private static let entry = "program.js"

    /// Why a folder is no mini-program; nil when it is one.
    package var problem: String? {
        do throws(ControlError) {
            _ = try files()
            return nil
        } catch {
            if case .noMiniProgram(let why) = error { return why }
            return "\(error)"
        }
    }

    /// The names of the scripts, below the folder of the first.
    func list() throws(ControlError) -> JSON {
        let source =
            switch self {
            case .shipped: "built in"
            case .folder(let path): path
            }
        return [
            "source": .string(source),
            "entry": .string(Self.entry),
            "files": .array(try files().map { .string($0.name) }),
        ]
    }

    /// A script as the page loads it: its text, unchanged, as the body of a function.
    ///
    /// The function is CommonJS's. Around it the names of a browser's own tools mean nothing, as they
    /// do inside of WeChat; a file may still give them a meaning.
    func script(_ name: String) throws(ControlError) -> PhoneAsset {
        guard let file = try files().first(where: { $0.name == name }) else {
            throw .noMiniProgram("the mini-program has no \(name)")
        }
        let quoted = String(decoding: JSON.string(name).bytes(), as: UTF8.self)
        let hidden = [
            "window", "document", "self", "fetch", "XMLHttpRequest", "WebSocket", "localStorage",
            "sessionStorage", "location", "navigator", "history", "alert", "miniProgram",
        ]
        let before =
            "miniProgram.define(\(quoted), (function (\(hidden.joined(separator: ", "))) { "
            + "return function (require, module, exports) { "
        return PhoneAsset(
            "text/javascript; charset=utf-8",
            Array(before.utf8) + file.bytes + Array("\n}; })());\n".utf8)
        )
    }

    private struct File {
        let name: String
        let bytes: [UInt8]
    }

    private func files() throws(ControlError) -> [File] {
        switch self {
        case .shipped: ShippedMiniProgram.files.map { File(name: $0.name, bytes: $0.bytes) }
        case .folder(let path): try Self.files(in: path)
        }
    }

    private static func files(in path: String) throws(ControlError) -> [File] {
        let manager = FileManager.default
        guard
            let folder = [path, "\(path)/lib"].first(where: {
                manager.fileExists(atPath: "\($0)/\(entry)")
            }),
            let names = try? manager.subpathsOfDirectory(atPath: folder)
        else { throw .noMiniProgram("\(path): expected a folder with \(entry) or lib/\(entry)") }
        let scripts = names.filter { $0.hasSuffix(".js") && !$0.contains("node_modules/") }.sorted()
        guard scripts.count <= MockWeChatLimits.miniProgramFilesMax else {
            throw .noMiniProgram(
                "\(path): expected at most \(MockWeChatLimits.miniProgramFilesMax) scripts"
            )
        }
        var files: [File] = []
        for name in scripts {
            guard let bytes = manager.contents(atPath: "\(folder)/\(name)"),
                bytes.count <= MockWeChatLimits.miniProgramFileBytesMax
            else {
                throw .noMiniProgram(
                    "\(path): expected \(name) to be a file of at most "
                        + "\(MockWeChatLimits.miniProgramFileBytesMax) bytes"
                )
            }
            files.append(File(name: name, bytes: Array(bytes)))
        }
        return files
    }
}
