internal import HTTPTransport
internal import HTTPTypes

extension Verb {
    /// What browsers and phones can do alike.
    static func deviceVerbs(_ actor: Actor) -> [Verb] {
        [
            Verb(
                name: "offline",
                actor: actor,
                about: "The device loses the net: calls fail, watches drop.",
                options: [],
                hasAnswer: false,
                sentence: { who, _ in "\(who) loses the net" },
                perform: { play, step in
                    try play.network(step.who).become(.offline)
                    if actor == .browser { try await play.dropWatch(step.who) }
                    return nil
                }
            ),
            Verb(
                name: "online",
                actor: actor,
                about: "The device finds the net again.",
                options: [],
                hasAnswer: false,
                sentence: { who, _ in "\(who) is back on the net" },
                perform: { play, step in
                    try play.network(step.who).become(.online)
                    return nil
                }
            ),
            Verb(
                name: "ignore",
                actor: actor,
                about: "Does nothing for a while.",
                options: [
                    .takes("for_s", .int(0...86_400), "For how many seconds."),
                    .takes("for_ms", .int(0...86_400_000), "For how many milliseconds."),
                ],
                hasAnswer: false,
                sentence: { who, arguments in
                    "\(who) does nothing for \(pause(arguments).inSeconds)"
                },
                perform: { play, step in
                    try await play.runner.time.sleep(pause(step.arguments))
                    return nil
                }
            ),
            Verb(
                name: "replay",
                actor: actor,
                about: "Sends again, byte for byte, what somebody sent to the login server so far.",
                options: [
                    .needs("of", .anybody, "Whose requests."),
                    .takes("only", .calls, "Only those of an operation, or whose path begins so."),
                ],
                sentence: { who, arguments in
                    "\(who) replays \(arguments.text("only") ?? "everything") "
                        + "of \(arguments.text("of") ?? "?")"
                },
                perform: { play, step in try await play.replay(step) }
            ),
            Verb(
                name: "request",
                actor: actor,
                about: "A raw call to the login server; {scene} and the like are put in by borrow.",
                options: [
                    .takes("method", .method, "GET unless said otherwise."),
                    .needs("path", .path, "The path with its query."),
                    .takes("fields", .fields, "Header fields."),
                    .takes("body", .text, "The body."),
                    .takes(
                        "if_there",
                        .bool,
                        "Whether a design without such a call is one that the story does not fit."
                    ),
                ],
                canBeTwisted: true,
                sentence: { who, arguments in
                    "\(who) sends \(arguments.text("method") ?? "GET") "
                        + (arguments.text("path") ?? "/")
                },
                perform: { play, step in try await play.request(step) }
            ),
        ]
    }

    private static func pause(_ arguments: Arguments) -> Duration {
        .seconds(arguments.int("for_s") ?? 0) + .milliseconds(arguments.int("for_ms") ?? 0)
    }
}
