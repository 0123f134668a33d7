/// Cuts a stream of bytes into the data of server-sent events (WHATWG HTML, 9.2.6).
///
/// Names, ids and comments are read over: the login server's contract needs none of them.
package struct EventStreamParser: Sendable {
    private var line: [UInt8] = []
    private var data: [String] = []
    private var isAfterCarriageReturn = false

    package init() {}

    /// How many bytes wait for the end of their event.
    package var pendingBytes: Int { line.count + data.reduce(0) { $0 + $1.utf8.count } }

    /// Takes in bytes and gives the data of every event that they complete.
    package mutating func feed(_ bytes: [UInt8]) -> [String] {
        var events: [String] = []
        for byte in bytes {
            // A line ends with CR, LF or both.
            let isSecondHalf = isAfterCarriageReturn && byte == UInt8(ascii: "\n")
            isAfterCarriageReturn = byte == UInt8(ascii: "\r")
            if isSecondHalf { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = endLine() { events.append(event) }
            } else {
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> String? {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if text.isEmpty {
            guard !data.isEmpty else { return nil }
            let event = data.joined(separator: "\n")
            data = []
            return event
        }
        if text == "data" {
            data.append("")
        } else if text.hasPrefix("data:") {
            let value = text.dropFirst("data:".count)
            data.append(String(value.first == " " ? value.dropFirst() : value))
        }
        return nil
    }
}
