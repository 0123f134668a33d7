import LoginService

/// Numbers as Prometheus reads them (exposition format 0.0.4).
struct PrometheusText {
    private(set) var text = ""

    /// In front of every name.
    static let prefix = "scan_login_"
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What is so at this moment, or was so often, counted elsewhere.
    struct Reading {
        var name: String
        var help: String
        var isCounter: Bool
        /// A label and its values, where there is one.
        var label: String?
        var values: [(String, Double)]

        static func gauge(_ name: String, _ help: String, _ value: Int) -> Reading {
            Reading(name: name, help: help, isCounter: false, values: [("", Double(value))])
        }

        static func counter(_ name: String, _ help: String, _ value: Int) -> Reading {
            Reading(name: name, help: help, isCounter: true, values: [("", Double(value))])
        }
    }

    init(_ tally: Tally, readings: [Reading]) {
        for counter in Tally.Counter.allCases {
            head(counter.rawValue, counter.help, "counter")
            var ways = tally.counters[counter] ?? [:]
            // A counter without labels is there from the start, so that its rate is known.
            if counter.labels.isEmpty, ways.isEmpty { ways[[]] = 0 }
            for (labels, count) in ways.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                line(counter.rawValue, Array(zip(counter.labels, labels)), "\(count)")
            }
        }
        for timing in Tally.Timing.allCases {
            head(timing.rawValue, timing.help, "histogram")
            let ways = tally.timings[timing] ?? [:]
            for (labels, histogram) in ways.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
            {
                add(histogram, timing.rawValue, Array(zip(timing.labels, labels)))
            }
        }
        for reading in readings {
            head(reading.name, reading.help, reading.isCounter ? "counter" : "gauge")
            for (value, number) in reading.values {
                let labels = reading.label.map { [($0, value)] } ?? []
                line(reading.name, labels, Self.number(number))
            }
        }
    }

    private mutating func add(
        _ histogram: Tally.Histogram,
        _ name: String,
        _ labels: [(String, String)]
    ) {
        var sum = 0
        let bounds = Tally.Histogram.boundsMilliseconds.map { Self.number($0 / 1000) } + ["+Inf"]
        for (bound, count) in zip(bounds, histogram.counts) {
            sum += count
            line("\(name)_bucket", labels + [("le", bound)], "\(sum)")
        }
        line("\(name)_sum", labels, Self.number(histogram.sumMilliseconds / 1000))
        line("\(name)_count", labels, "\(sum)")
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(Self.prefix)\(name) \(help)\n# TYPE \(Self.prefix)\(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        let inside = labels.map { #"\#($0)="\#(Self.escaped($1))""# }.joined(separator: ",")
        text += "\(Self.prefix)\(name)\(inside.isEmpty ? "" : "{\(inside)}") \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
