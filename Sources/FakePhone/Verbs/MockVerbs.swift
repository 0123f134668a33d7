extension Verb {
    static let mockVerbs: [Verb] = [
        advance, clock, fault, clearFaults, mark, asked, order, costs,
    ]

    private static let advance = Verb(
        name: "advance",
        actor: .mock,
        about: "The mock's clock moves on.",
        options: [.needs("seconds", .int(0...315_360_000), "By how much.")],
        sentence: { _, arguments in
            "the mock's clock moves on by \(arguments.int("seconds") ?? 0) s"
        },
        perform: { play, step in
            try await play.mock.advance(seconds: step.arguments.int("seconds") ?? 0)
        }
    )

    private enum ClockMode: String, CaseIterable {
        case real
        case frozen
    }

    private static let clock = Verb(
        name: "clock",
        actor: .mock,
        about: "The mock's clock stands still, or runs again.",
        options: [.needs("mode", oneOf: ClockMode.self, "How it goes.")],
        sentence: { _, arguments in "the mock's clock is \(arguments.text("mode") ?? "?")" },
        perform: { play, step in
            try await play.mock.setClock(mode: try step.arguments.required("mode"))
        }
    )

    private enum Cut: String, CaseIterable {
        case beforeHeaders = "before_headers"
        case midBody = "mid_body"
        case reset
    }

    private enum Effect: String, CaseIterable {
        case before
        case after
    }

    private static let wide: VerbOption.Kind = .int(-1_000_000...10_000_000)

    private static let fault = Verb(
        name: "fault",
        actor: .mock,
        about: "A fault is set at the mock, with the mock's own meaning of these options.",
        options: [
            .needs("endpoint", .text, "The path of WeChat's API, or '*' for all."),
            .takes("errcode", wide, "The errcode of the answer."),
            .takes("errmsg", .text, "Its errmsg in place of the table's."),
            .takes("status", wide, "The HTTP status of the answer."),
            .takes("body", .text, "The body of the answer."),
            .takes("body_base64", .text, "The body of the answer, in base64."),
            .takes("count", wide, "How often it fires."),
            .takes("after", wide, "How many calls pass before."),
            .takes("delay_ms", wide, "How long the answer is held back."),
            .takes("probability", .number(0...1), "How likely it fires, 0 to 1."),
            .takes("cut", oneOf: Cut.self, "Where the connection is cut."),
            .takes("effect", oneOf: Effect.self, "Whether the call takes effect."),
        ],
        sentence: { _, arguments in
            "the mock gets a fault: " + String(decoding: faultBody(arguments).bytes, as: UTF8.self)
        },
        perform: { play, step in
            let reply = try await play.mock.setFault(faultBody(step.arguments))
            if reply.isOK {
                let id = reply.json?["id"]
                play.faults.append(id?.string ?? id?.int.map(String.init))
            }
            return reply
        }
    )

    /// The members go to the mock under the names they have in the file.
    static func faultBody(_ arguments: Arguments) -> JSONValue {
        var body: [String: JSONValue] = [:]
        for option in fault.options {
            switch arguments.values[option.name] {
            case .text(let text): body[option.name] = .string(text)
            case .int(let number): body[option.name] = .int(number)
            case .number(let number): body[option.name] = .double(number)
            case .bool, .texts, .fields, nil: break
            }
        }
        return .object(body)
    }

    private static let clearFaults = Verb(
        name: "clear_faults",
        actor: .mock,
        about: "Every fault is taken away, also other people's.",
        options: [],
        sentence: { _, _ in "the mock's faults are cleared" },
        perform: { play, _ in
            play.faults = []
            return try await play.mock.clearFaults()
        }
    )

    private static let mark = Verb(
        name: "mark",
        actor: .mock,
        about: "Remembers the end of the mock's journal.",
        options: [],
        hasAnswer: false,
        sentence: { _, _ in "the mock's journal is marked" },
        perform: { play, _ in
            play.journalMark = try await play.mock.journalEnd()
            return nil
        }
    )

    private static let asked = Verb(
        name: "asked",
        actor: .mock,
        about: "How often the login server has called an endpoint since the mark.",
        options: [
            .needs("endpoint", .text, "The path of WeChat's API."),
            .takes("at_least", .int(1...100_000), "At least so often, waiting for within_s."),
            .takes("at_most", .int(0...100_000), "At most so often."),
            .takes("exactly", .int(0...100_000), "Exactly so often."),
        ],
        hasAnswer: false,
        sentence: { _, arguments in
            "the mock was asked for \(arguments.text("endpoint") ?? "?") "
                + "\(count(arguments, " x")) since the mark"
        },
        perform: { play, step in
            try await play.asked(step)
            return nil
        }
    )

    static func count(_ arguments: Arguments, _ unit: String = "") -> String {
        if let exactly = arguments.int("exactly") { return "exactly \(exactly)\(unit)" }
        let most = arguments.int("at_most").map { "at most \($0)\(unit)" }
        let least = arguments.int("at_least") ?? (most == nil ? 1 : nil)
        return [least.map { "at least \($0)\(unit)" }, most].compactMap(\.self).joined(
            separator: ", "
        )
    }

    private static let order = Verb(
        name: "order",
        actor: .mock,
        about: "The calls of the login server since the mark, in their order.",
        options: [
            .needs("endpoints", .texts, "The paths of WeChat's API."),
            .takes("only", .bool, "Whether no other call may be between; default false."),
        ],
        hasAnswer: false,
        sentence: { _, arguments in
            "the mock was asked in order: "
                + (arguments.texts("endpoints") ?? []).joined(separator: ", ")
        },
        perform: { play, step in
            try await play.askedInOrder(step)
            return nil
        }
    )

    private static let costs = Verb(
        name: "costs",
        actor: .mock,
        about: "What the calls so far would have cost of WeChat's quotas, since the mock started.",
        options: [
            .needs("endpoint", .text, "The path of WeChat's API."),
            .needs("at_most", .int(0...1_000_000), "The most calls that counted."),
        ],
        hasAnswer: false,
        sentence: { _, arguments in
            "\(arguments.text("endpoint") ?? "?") has cost at most "
                + "\(arguments.int("at_most") ?? 0) calls"
        },
        perform: { play, step in
            let endpoint = try step.arguments.required("endpoint")
            let most = step.arguments.int("at_most") ?? 0
            let calls = try await play.mock.cost(of: endpoint)
            guard calls <= most else {
                throw StepEnd.failed(
                    expected: "at most \(most) calls of \(endpoint)",
                    got: "\(calls)"
                )
            }
            return nil
        }
    )
}
