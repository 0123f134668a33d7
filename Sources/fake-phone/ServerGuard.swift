import Foundation

/// Somebody who ends the servers when this program can no longer do it: another process of it.
///
/// A child that the kernel ends with its parent (PR_SET_PDEATHSIG) would be ended with the thread that
/// has started it, and the threads of a pool come and go.
final class ServerGuard: Sendable {
    private let process = Process()
    private let pipe = Pipe()

    /// Starts it; without it a run that is killed leaves its servers, and nothing else is lost.
    init?() {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["guard"]
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // The servers must not keep the pipe open, nor the guard itself.
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        guard (try? process.run()) != nil else { return nil }
        try? pipe.fileHandleForReading.close()
    }

    func tell(_ word: GuardCommand.Word, _ what: String) {
        try? pipe.fileHandleForWriting.write(contentsOf: Data("\(word.rawValue) \(what)\n".utf8))
    }

    /// Lets it go, when nothing is left to be ended.
    func dismiss() {
        try? pipe.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
