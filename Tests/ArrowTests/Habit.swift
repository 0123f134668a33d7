/// Something a room does not do by itself, and how to see it in code.
struct Habit {
    var name: String
    /// Regular expressions over code without comments and strings.
    var patterns: [String]
    /// Whether programs may: they are where clocks, dice and words for the operator come from.
    var isForProgramsToo: Bool

    /// Reads a clock, or waits by one.
    ///
    /// The time of an event loop is not meant: who makes the loop makes its time.
    static let clock = Habit(
        name: "clock",
        patterns: [
            #"\bDate\s*\(\s*\)"#, #"\bDate\s*\(\s*timeIntervalSinceNow"#, #"\bDate\s*\.\s*now\b"#,
            #"\b(Continuous|Suspending|UTC)Clock\b"#, #"\bclock:\s*\.(continuous|suspending)\b"#,
            #"\bNIODeadline\s*\.\s*now\b"#, #"(^|[\s(,:=])\.now\s*\("#, #"\bDispatch(Wall)?Time\b"#,
            #"\b(clock_gettime|gettimeofday|timespec_get|nanosleep|usleep|systemUptime)\b"#,
            #"(^|[^\w.])(time|clock|sleep)\s*\((?!\s*(_|\.|\w+\s*:))"#,
            #"\bCFAbsoluteTimeGetCurrent\b"#,
            #"\b(Task|Thread)\s*\.\s*sleep\b"#, #"\bmach_(absolute|continuous)_time\b"#,
        ],
        isForProgramsToo: false
    )

    /// Rolls dice that nobody handed in.
    static let dice = Habit(
        name: "dice",
        patterns: [
            #"\bSystemRandomNumberGenerator\b"#, #"\.random\s*\((?![^()]*\busing\s*:)"#,
            #"\.(shuffled?|randomElement)\s*\((?![^()]*\busing\s*:)"#, #"\bUUID\s*\(\s*\)"#,
            #"\b(arc4random\w*|getrandom|getentropy|drand48|lrand48)\b"#,
            #"(^|[^\w.])(rand|random|srand)\s*\("#, #"\bSymmetricKey\s*\(\s*size\b"#,
            #"\bPrivateKey\s*\(\s*\)"#, #"\.hashValue\b"#,
        ],
        isForProgramsToo: false
    )

    /// Makes dice of its own.
    static let generator = Habit(
        name: "generator",
        patterns: [
            #"\b(struct|class|enum|extension|actor)\s+[\w.]+[^{}()]*\bRandomNumberGenerator\b[^{}]*\{"#
        ],
        isForProgramsToo: true
    )

    /// Starts work that nobody waits for: a simulation could not order it.
    static let unstructuredTask = Habit(
        name: "unstructured task",
        patterns: [
            #"\bTask\s*(<[^>]*>)?\s*(\.\s*(detached|immediate)\w*)?\s*[({]"#,
            #"\b(makeFutureWithTask|completeWithTask)\b"#,
            #"\bDispatch(Queue|Group|WorkItem|Source\w*)\b"#, #"\bOperationQueue\b"#,
            #"\bThread\s*[({]"#, #"\bdetachNewThread\w*"#, #"\bpthread_create\b"#,
        ],
        isForProgramsToo: true
    )

    /// Writes to the terminal: secrets leave so (T35).
    static let printing = Habit(
        name: "printing",
        patterns: [#"(^|[^\w.])(print|dump|debugPrint)\s*\("#, #"\bNSLog\s*\("#],
        isForProgramsToo: false
    )

    static let all = [clock, dice, generator, unstructuredTask, printing]

    /// Where the habit shows in a file's code.
    func sightings(in code: Code) throws -> [Sighting] {
        try patterns.flatMap { pattern in
            let regex = try Regex(pattern).anchorsMatchLineEndings().wordBoundaryKind(.simple)
            return code.text.matches(of: regex).map { match in
                let words = code.text[match.range].trimmingPrefix { $0.isWhitespace }
                return Sighting(
                    line: code.text[..<match.range.lowerBound].count { $0 == "\n" } + 1,
                    words: String(words)
                )
            }
        }
    }

    struct Sighting: Equatable {
        var line: Int
        var words: String
    }

    /// A file's code, without the names of its functions: those may be called what they like.
    struct Code {
        fileprivate let text: String

        init(of file: String) {
            text = SwiftSource.code(of: file).replacing(#/\bfunc\s+\w+/#, with: "func ")
        }
    }
}
