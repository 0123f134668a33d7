extension Verb {
    static let browserVerbs: [Verb] = [
        open, renew, show, look, watch, reconnect, sees, saw, closed, reload, complete,
        cancelAttempt, session, logout,
    ]

    private static let openingOptions: [VerbOption] = [
        .takes(
            "tries",
            .int(1...100),
            "How often to try; each failure but the last must be retry_on."
        ),
        .takes("retry_on", .text, "The error that is waited out when it says Retry-After."),
    ]

    private static let by = VerbOption.takes(
        "by",
        oneOf: WatchKind.self,
        "How to watch; as the design's pages do unless said otherwise."
    )

    private static let open = Verb(
        name: "open",
        actor: .browser,
        about: "POST /attempt: a code is on the screen.",
        options: openingOptions,
        canBeTwisted: true,
        sentence: { who, arguments in "\(who) opens an attempt" + tries(arguments) },
        perform: { play, step in
            try await play.open(step)
        }
    )

    private static let renew = Verb(
        name: "renew",
        actor: .browser,
        about: "POST /attempt again; the picture must be another one.",
        options: openingOptions,
        canBeTwisted: true,
        sentence: { who, arguments in "\(who) asks for a new code" + tries(arguments) },
        perform: { play, step in
            let before = try play.browser(step.who).picture
            let reply = try await play.open(step)
            if reply.isOK, try play.browser(step.who).picture == before {
                throw StepEnd.failed(expected: "a new picture", got: "the picture as before")
            }
            return reply
        }
    )

    private static func tries(_ arguments: Arguments) -> String {
        guard let tries = arguments.int("tries"), tries > 1 else { return "" }
        return ", up to \(tries) tries"
    }

    private static let show = Verb(
        name: "show",
        actor: .browser,
        about: "The picture on the screen must be a PNG with a size.",
        options: [],
        hasAnswer: false,
        sentence: { who, _ in "\(who) shows its picture" },
        perform: { play, step in
            guard let picture = try play.browser(step.who).picture else {
                throw FakePhoneError.noPicture(browser: step.who)
            }
            guard let size = picture.size, size.width > 0, size.height > 0 else {
                throw StepEnd.failed(expected: "a PNG with a size", got: "a PNG without one")
            }
            play.progress("\(picture.bytes.count) bytes, \(size.width) x \(size.height)")
            return nil
        }
    )

    private static let look = Verb(
        name: "look",
        actor: .browser,
        about: "GET /attempt: the state as it is now.",
        options: [.takes("state", oneOf: AttemptState.self, "The state that it must be.")],
        canBeTwisted: true,
        sentence: { who, arguments in
            "\(who) looks at its attempt" + (arguments.text("state").map { ": \($0)" } ?? "")
        },
        perform: { play, step in
            let twist = try await play.twist(step)
            let reply = try await play.with(browser: step.who) {
                try await $0.attempt(twist: twist)
            }
            guard reply.isOK, let state = step.arguments.text("state") else { return reply }
            guard let data = reply.data, let push = Push(data) else {
                throw StepEnd.failed(expected: "state, seq and expires_in", got: "something else")
            }
            guard push.state.rawValue == state else {
                throw StepEnd.failed(expected: state, got: push.state.rawValue)
            }
            return reply
        }
    )

    private static let watch = Verb(
        name: "watch",
        actor: .browser,
        about: "Begins to watch the attempt; an earlier watch ends.",
        options: [by],
        canBeTwisted: true,
        sentence: { who, arguments in
            "\(who) watches" + (arguments.text("by").map { " by \($0)" } ?? "")
        },
        perform: { play, step in
            try await play.watch(step)
        }
    )

    private static let reconnect = Verb(
        name: "reconnect",
        actor: .browser,
        about: "Watches again after a break; the number of the first push must not go back.",
        options: [
            by, .takes("state", oneOf: AttemptState.self, "The state of the first push."),
        ],
        hasAnswer: false,
        sentence: { who, arguments in
            "\(who) watches again" + (arguments.text("by").map { " by \($0)" } ?? "")
        },
        perform: { play, step in
            try await play.reconnect(step)
            return nil
        }
    )

    private static let sees = Verb(
        name: "sees",
        actor: .browser,
        about: "Waits for the next push, which must be this state.",
        options: [
            .needs("state", oneOf: AttemptState.self, "The state."),
            .takes("seq", .int(1...10_000), "The number of the push."),
        ],
        hasAnswer: false,
        sentence: { who, arguments in "\(who) is told: \(arguments.text("state") ?? "?")" },
        perform: { play, step in
            try await play.sees(step)
            return nil
        }
    )

    private static let saw = Verb(
        name: "saw",
        actor: .browser,
        about: "The pushes of this watch so far, all of them; their numbers grow by one.",
        options: [
            .needs("states", .choices(AttemptState.allCases.map(\.rawValue)), "The states.")
        ],
        hasAnswer: false,
        sentence: { who, arguments in
            "\(who) was told in all: " + (arguments.texts("states") ?? []).joined(separator: ", ")
        },
        perform: { play, step in
            let pushes = try play.browser(step.who).pushes
            let states = step.arguments.texts("states") ?? []
            guard pushes.map(\.state.rawValue) == states else {
                throw StepEnd.failed(
                    expected: states.joined(separator: ", "),
                    got: pushes.isEmpty
                        ? "nothing" : pushes.map(\.state.rawValue).joined(separator: ", ")
                )
            }
            for (earlier, later) in zip(pushes, pushes.dropFirst())
            where later.seq != earlier.seq + 1 {
                throw StepEnd.failed(
                    expected: "seq to grow by one with each push",
                    got: pushes.map { String($0.seq) }.joined(separator: ", ")
                )
            }
            return nil
        }
    )

    private static let closed = Verb(
        name: "closed",
        actor: .browser,
        about: "Waits until the server ends the watch.",
        options: [.takes("code", .int(1000...4999), "The close code of the WebSocket.")],
        hasAnswer: false,
        sentence: { who, arguments in
            "\(who)'s watch is ended" + (arguments.int("code").map { " with \($0)" } ?? "")
        },
        perform: { play, step in
            try await play.closed(step)
            return nil
        }
    )

    private static let reload = Verb(
        name: "reload",
        actor: .browser,
        about: "GET /login and GET /attempt with the same cookies; the watch ends.",
        options: [],
        sentence: { who, _ in "\(who) reloads the page" },
        perform: { play, step in
            try await play.with(browser: step.who) { browser in
                await browser.stopWatching()
                let page = try await browser.page()
                // A browser that is logged in is sent on from there.
                guard page.status < 400 else { return page }
                return try await browser.attempt(twist: .honest)
            }
        }
    )

    private static let complete = Verb(
        name: "complete",
        actor: .browser,
        about: "POST /attempt/complete: who was logged in, and the session.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) completes the login" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.with(browser: step.who) { try await $0.complete(twist: twist) }
        }
    )

    private static let cancelAttempt = Verb(
        name: "cancel",
        actor: .browser,
        about: "POST /attempt/cancel, or POST /mp/cancel of a phone.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) cancels its attempt" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.with(browser: step.who) {
                try await $0.cancelAttempt(twist: twist)
            }
        }
    )

    private static let session = Verb(
        name: "session",
        actor: .browser,
        about: "GET /session: who is logged in.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) asks who is logged in" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.with(browser: step.who) { try await $0.session(twist: twist) }
        }
    )

    private static let logout = Verb(
        name: "logout",
        actor: .browser,
        about: "POST /session/logout.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) logs out" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.with(browser: step.who) { try await $0.logout(twist: twist) }
        }
    )
}
