package import Logging
package import LoginDomain

/// Log lines as JSON, one object a line, whatever stands in them (T28).
///
///     {"at":"2026-01-01T00:00:00.000Z","level":"info","message":"…","request":"…",…}
///
/// Values are cut to `valueBytesMax`; a name that an event gives twice keeps the event's own.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel = Logger.Level.info
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// The most bytes of one value.
    package static let valueBytesMax = 1024

    /// `write` takes whole lines, one a call; `now` is the time they are stamped with.
    package init(
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.metadataProvider = metadataProvider
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        fields.merge(metadataProvider?.get() ?? [:]) { $1 }
        fields.merge(event.metadata ?? [:]) { $1 }
        // Hummingbird's name for the same thing.
        if let id = fields.removeValue(forKey: "hb.request.id"), fields["request"] == nil {
            fields["request"] = id
        }
        if let error = event.error { fields["error"] = "\(type(of: error))" }
        var line = "{"
        Self.add("at", now().rfc3339, to: &line)
        Self.add("level", event.level.rawValue, to: &line)
        Self.add("message", event.message.description, to: &line)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            // The three above are this handler's.
            let name = ["at", "level", "message"].contains(name) ? "\(name)_" : name
            Self.add(name, value.description, to: &line)
        }
        line += "}\n"
        write(Array(line.utf8))
    }

    private static func add(_ name: String, _ value: String, to line: inout String) {
        if line.count > 1 { line += "," }
        line += "\"\(escaped(name))\":\"\(escaped(value))\""
    }

    /// RFC 8259 section 7; and nothing outside of ASCII that a terminal would act upon.
    private static func escaped(_ text: String) -> String {
        var result = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= valueBytesMax else { return result + "…" }
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isPlain(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let hex = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                    }
                }
            }
        }
        return result
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case ..<0x80: 1
        case ..<0x800: 2
        case ..<0x10000: 3
        default: 4
        }
    }
}
