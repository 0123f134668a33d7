import Foundation

/// Lines for people: the start on the standard output, complaints on the standard error.
///
/// Both are written at once and not kept back, because a script waits for the first line.
enum Console {
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }

    static func complain(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
