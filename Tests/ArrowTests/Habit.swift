/// Something a room does not do by itself, and how to see it in code.
struct Habit {
    var name: String
    /// Regular expressions over code without comments and strings.
    var patterns: [String]
    /// Whether programs may: they are where clocks, dice and words for the operator come from.
    var isForProgramsToo: Bool

    /// Reads a clock, or waits by one.
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
            #"\b(schedule(Repeated)?(Async)?Task|flatScheduleTask|scheduleCallback)\b"#,
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

    /// Where the habit shows in a file's code, line by line.
    func sightings(in code: Code) throws -> [String] {
        try patterns.flatMap { pattern in
            let regex = try Regex(pattern).anchorsMatchLineEndings().wordBoundaryKind(.simple)
            return code.text.matches(of: regex).map { match in
                let line = code.text[..<match.range.lowerBound].count { $0 == "\n" } + 1
                let word = code.text[match.range].trimmingPrefix { $0.isWhitespace }
                return "line \(line): \(word)"
            }
        }
    }

    /// A file's code, without the names of its functions: those may be called what they like.
    struct Code {
        fileprivate let text: String

        init(of file: String) {
            text = SwiftSource.code(of: file).replacing(#/\bfunc\s+\w+/#, with: "func ")
        }
    }

    /// A file in which a habit is right, and why.
    struct Exemption {
        var habit: String
        var file: String
        var reason: String
    }

    static let exemptions = [
        Exemption(
            habit: "clock",
            file: "Sources/HTTPTransportAHC/AHCTransport.swift",
            reason: "the real plug of the seam: a call's deadline is real time"
        ),
        Exemption(
            habit: "clock",
            file: "Sources/WebSocketUpgrade/WebSocketHandler.swift",
            reason: "the event loop's own timer: who makes the loop makes its time"
        ),
        Exemption(
            habit: "clock",
            file: "Sources/FakePhone/NIOWatchDialer.swift",
            reason: "the real plug of a watch: the loop's timer ends a dial that hangs"
        ),
        Exemption(
            habit: "generator",
            file: "Sources/FakePhone/SplitMix64.swift",
            reason: "a scenario's seed decides what the phone does; nothing here is a secret"
        ),
        Exemption(
            habit: "generator",
            file: "MockWeChat/Sources/MockWeChatWorld/Dice.swift",
            reason: "the world's seed decides its answers; nothing here is a secret"
        ),
        Exemption(
            habit: "unstructured task",
            file: "Sources/WebSocketUpgrade/UpgradeGate.swift",
            reason: "a pipeline is not async: the gatekeeper is asked from an event loop"
        ),
    ]
}
