extension Verb {
    static let phoneVerbs: [Verb] = [
        logIn, scan, confirm, doubleTap, cancelOnPhone, guess, fill, logins, revoke, background,
        foreground,
    ]

    /// Where the picture lies that is scanned.
    enum ScanFrom: String, CaseIterable {
        /// The picture alone fills the camera.
        case picture
        /// A screenshot of the whole page, with the picture somewhere in it.
        case screenshot
        /// The same screenshot, opened in the phone's album.
        case album
    }

    private static let logIn = Verb(
        name: "login",
        actor: .phone,
        about: "wx.login, then POST /mp/session.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) logs in to the mini-program" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.with(phone: step.who) { try await $0.logIn(twist: twist) }
        }
    )

    private static let scan = Verb(
        name: "scan",
        actor: .phone,
        about: "WeChat reads the picture that a browser shows, the phone logs in when it has not, "
            + "then POST /mp/scan.",
        options: [
            .needs("of", .browser, "The browser whose picture is scanned."),
            .takes("picture", .int(1...1000), "Which picture it ever showed, from 1."),
            .takes("how", oneOf: FakePhone.ScanHow.self, "How it gets into WeChat."),
            .takes("from", oneOf: ScanFrom.self, "The picture alone, or a screenshot with it."),
        ],
        canBeTwisted: true,
        sentence: { who, arguments in
            let which = arguments.int("picture").map { "picture \($0)" } ?? "the picture"
            let from = arguments.choice("from", of: ScanFrom.self) ?? .picture
            let how = arguments.text("how") ?? (from == .album ? "album" : "camera")
            let of = arguments.text("of") ?? "?"
            return "\(who) scans \(which) of \(of) by \(how)"
                + (from == .picture ? "" : " from a screenshot")
        },
        perform: { play, step in
            if step.expectation?.isRefused == true, play.runner.adapter.phone[.scan] == nil {
                throw FakePhoneError.notInDesign("call for a scan, which it could refuse")
            }
            let from = step.arguments.choice("from", of: ScanFrom.self) ?? .picture
            let name = try step.arguments.required("of")
            let pictures = try play.browser(name).pictures
            let index = (step.arguments.int("picture") ?? pictures.count) - 1
            guard pictures.indices.contains(index) else {
                throw FakePhoneError.noPicture(browser: name)
            }
            let picture = from == .picture ? pictures[index] : try pictures[index].onScreenshot()
            let how = step.arguments.choice("how", of: FakePhone.ScanHow.self)
            let twist = try await play.twist(step)
            return try await play.with(phone: step.who) {
                try await $0.scan(
                    picture,
                    how: how ?? (from == .album ? .album : .camera),
                    twist: twist
                )
            }
        }
    )

    private static let afterMilliseconds = VerbOption.takes(
        "after_ms",
        .int(0...600_000),
        "How long after the scan; a person reads for 800 ms unless said otherwise."
    )
    private static let typedNumber = VerbOption.takes(
        "number",
        .shownNumber,
        "What is typed: digits, 'of BROWSER' for what it shows, 'wrong of BROWSER'."
    )

    private static let confirm = Verb(
        name: "confirm",
        actor: .phone,
        about: "POST /mp/confirm.",
        options: [afterMilliseconds, typedNumber],
        canBeTwisted: true,
        sentence: { who, arguments in
            "\(who) confirms \(arguments.int("after_ms") ?? FakePhone.readingTime.milliseconds)"
                + " ms after the scan"
                + (arguments.text("number").map { ", number \($0)" } ?? "")
        },
        perform: { play, step in
            let number = try await play.number(step)
            let twist = try await play.twist(step)
            return try await play.phone(step.who).confirm(
                after: play.readingTime(step),
                number: number,
                twist: twist
            )
        }
    )

    private static let doubleTap = Verb(
        name: "double_tap",
        actor: .phone,
        about: "POST /mp/confirm twice at the same time; the answer is that of a tap that counted.",
        options: [
            afterMilliseconds, typedNumber,
            .takes("wins", .int(0...2), "How many of the two taps must succeed."),
        ],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) taps confirm twice at once" },
        perform: { play, step in
            let number = try await play.number(step)
            let twist = try await play.twist(step)
            let phone = try play.phone(step.who)
            let after = play.readingTime(step)
            async let one = phone.confirm(after: after, number: number, twist: twist)
            async let other = phone.confirm(after: after, number: number, twist: twist)
            let replies = [try await one, try await other]
            let wins = replies.count(where: \.isOK)
            if let wanted = step.arguments.int("wins"), wins != wanted {
                throw StepEnd.failed(
                    expected: "\(wanted) of two taps to succeed",
                    got: replies.map(\.summary).joined(separator: " and ")
                )
            }
            return replies.first(where: \.isOK) ?? replies[0]
        }
    )

    private static let cancelOnPhone = Verb(
        name: "cancel",
        actor: .phone,
        about: "POST /mp/cancel.",
        options: [],
        canBeTwisted: true,
        sentence: { who, _ in "\(who) cancels" },
        perform: { play, step in
            let twist = try await play.twist(step)
            return try await play.phone(step.who).cancel(twist: twist)
        }
    )

    private static let guess = Verb(
        name: "guess",
        actor: .phone,
        about: "POST /mp/scan with scenes out of the dice.",
        options: [.takes("times", .int(1...10_000), "How many scenes; 1 unless said otherwise.")],
        canBeTwisted: true,
        sentence: { who, arguments in
            let times = arguments.int("times") ?? 1
            return times == 1 ? "\(who) guesses a scene" : "\(who) guesses \(times) scenes"
        },
        perform: { play, step in
            let twist = try await play.twist(step)
            let times = step.arguments.int("times") ?? 1
            let now = play.nowMilliseconds
            var last: Reply?
            for number in 1...times {
                let scene = play.scene(guess: number, since: now)
                let reply = try await play.with(phone: step.who) {
                    try await $0.guess(scene: scene, twist: twist)
                }
                // Once the guesser is throttled, what it was told before still counts.
                if !reply.isBusy || last == nil { last = reply }
                // The first that hits is what matters.
                if reply.isOK { break }
                if number % 100 == 0 { play.progress("\(number) of \(times) guesses") }
            }
            return last
        }
    )

    private static let fill = Verb(
        name: "fill",
        actor: .phone,
        about: "Avatar and nickname filling: POST /mp/avatar, POST /mp/profile.",
        options: [
            .takes("nickname", .text, "What the person types."),
            .takes("avatar", .bool, "Whether a picture is sent."),
        ],
        canBeTwisted: true,
        sentence: { who, arguments in
            let what = [
                arguments.text("nickname").map { "nickname \($0)" },
                arguments.bool("avatar") == true ? "an avatar" : nil,
            ]
            return "\(who) fills in "
                + (what.compactMap(\.self).isEmpty
                    ? "nothing" : what.compactMap(\.self).joined(separator: " and "))
        },
        perform: { play, step in
            let twist = try await play.twist(step)
            let phone = try play.phone(step.who)
            var last: Reply?
            if step.arguments.bool("avatar") == true {
                let reply = try await phone.upload(Picture.avatar(play.dice), twist: twist)
                guard reply.isOK else { return reply }
                last = reply
            }
            if let name = step.arguments.text("nickname") {
                last = try await phone.setNickName(name, twist: twist)
            }
            guard let last else {
                throw StepEnd.failed(expected: "a nickname or an avatar", got: "neither")
            }
            return last
        }
    )

    private static let logins = Verb(
        name: "logins",
        actor: .phone,
        about: "GET /mp/logins: where this person is logged in.",
        options: [.takes("count", .int(0...1000), "How many there must be.")],
        canBeTwisted: true,
        sentence: { who, arguments in
            "\(who) looks where they are logged in"
                + (arguments.int("count").map { ": \($0)" } ?? "")
        },
        perform: { play, step in
            let reply = try await play.logins(step)
            if reply.isOK, let count = step.arguments.int("count") {
                let got = play.logins[step.who]?.count ?? 0
                guard got == count else {
                    throw StepEnd.failed(expected: "\(count) logins", got: "\(got)")
                }
            }
            return reply
        }
    )

    private static let revoke = Verb(
        name: "revoke",
        actor: .phone,
        about: "POST /mp/logins/revoke: ends one of the recent logins.",
        options: [
            .takes("nth", .int(1...1000), "Which of the list, from 1, the newest first."),
            .takes("id", .text, "An id that was made up, in place of one of the list."),
        ],
        canBeTwisted: true,
        sentence: { who, arguments in
            "\(who) ends login \(arguments.text("id") ?? String(arguments.int("nth") ?? 1))"
        },
        perform: { play, step in
            let id: String
            if let made = step.arguments.text("id") {
                id = made
            } else {
                if play.logins[step.who] == nil {
                    let reply = try await play.logins(step)
                    guard reply.isOK else { return reply }
                }
                let list = play.logins[step.who] ?? []
                let place = (step.arguments.int("nth") ?? 1) - 1
                guard list.indices.contains(place), let known = list[place]["id"]?.string else {
                    throw StepEnd.failed(
                        expected: "login \(place + 1)",
                        got: "\(list.count) logins"
                    )
                }
                id = known
            }
            play.logins[step.who] = nil
            let twist = try await play.twist(step)
            return try await play.phone(step.who).revokeLogin(id: id, twist: twist)
        }
    )

    private static let background = Verb(
        name: "background",
        actor: .phone,
        about:
            "The mini-program goes behind another app: calls fail, one in flight is cut after 5 s.",
        options: [],
        hasAnswer: false,
        sentence: { who, _ in "\(who)'s mini-program goes to the background" },
        perform: { play, step in
            try play.network(step.who).become(.background)
            return nil
        }
    )

    private static let foreground = Verb(
        name: "foreground",
        actor: .phone,
        about: "The mini-program comes back, launched with its old query: no new scan.",
        options: [],
        hasAnswer: false,
        sentence: { who, _ in "\(who)'s mini-program comes back" },
        perform: { play, step in
            // WeChat hands the launch options of the first start to a relaunch as well. A mini-program
            // that took them for a scan would send one; this one sends nothing.
            try play.network(step.who).become(.online)
            return nil
        }
    )
}
