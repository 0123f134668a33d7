import ArgumentParser
import Foundation

/// Ends the servers of a `fake-phone` that was killed: `fake-phone guard`, started by itself alone.
///
/// It reads from its standard input who was started and who has ended. The pipe ends with whoever
/// started it, however that happened, and then the guard ends what is left.
struct GuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "End the servers of a fake-phone that was killed.",
        shouldDisplay: false
    )

    /// What the guard is told, one line each.
    enum Word: String {
        case started
        case ended
        case folder
    }

    /// The beginning of the name of every folder that a run makes.
    static let folderPrefix = "fake-phone-"

    func run() {
        // Ctrl-C goes to the whole group; the guard is needed until the end.
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
        var pids: Set<Int32> = []
        var folders: Set<String> = []
        while let line = readLine() {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, let word = Word(rawValue: parts[0]) else { continue }
            switch word {
            case .started: if let pid = Int32(parts[1]), pid > 1 { pids.insert(pid) }
            case .ended: if let pid = Int32(parts[1]) { pids.remove(pid) }
            case .folder: folders.insert(parts[1])
            }
        }
        for pid in pids { kill(pid, SIGKILL) }
        for folder in folders {
            guard folder.split(separator: "/").last?.hasPrefix(Self.folderPrefix) == true else {
                continue
            }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }
}
