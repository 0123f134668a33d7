internal import HTTPTransport
internal import HTTPTypes

/// A browser with the login page open: cookies, the picture it shows, and what it was pushed.
///
/// It knows what a page's script knows, which the adapter says: which calls exist, and what each
/// needs. What is said here of paths is so for our own server.
package struct FakeBrowser: Sendable {
    package let name: String
    package let login: ServerAddress
    /// What is sent as `Origin`; the login server's own origin unless a test wants to cheat.
    package var origin: String
    package internal(set) var jar = CookieJar()
    /// Every picture ever shown, the one on the screen last.
    package private(set) var pictures: [Picture] = []
    /// What the current watch has delivered, oldest first.
    package private(set) var pushes: [Push] = []
    /// How long the newest attempt was said to live, in seconds.
    package private(set) var expiresInSeconds = 0

    /// The design that this browser is made for.
    package let adapter: Adapter

    private let line: Line
    private let dialer: any WatchDialer
    private var watch: (any Watch)?
    /// Whether the watch was opened with somebody else's cookies.
    private var isWatchingAsAnother = false
    /// What was read out of the picture on the screen, made up, taken out of answers, or pushed.
    private var known: [String: String] = [:]

    package init(
        name: String,
        login: ServerAddress,
        line: Line,
        dialer: any WatchDialer,
        adapter: Adapter = .scanLogin
    ) {
        self.adapter = adapter
        self.name = name
        self.login = login
        self.origin = login.origin
        self.line = line
        self.dialer = dialer
    }

    /// The picture on the screen; nil before the first attempt.
    package var picture: Picture? { pictures.last }

    // MARK: Variables

    /// What others may borrow: `cookie`, `picture` (a data URL), `scene` and `launch` once the
    /// picture was read, and what the adapter makes up or takes.
    package var variables: [String: String] {
        var variables = known
        variables["origin"] = origin
        variables["cookie"] = cookies(for: "/")
        variables["picture"] = picture?.dataURL
        return variables
    }

    /// Reads the scene out of the picture on the screen, as anybody who sees the screen can.
    ///
    /// - Parameters:
    ///   - person: whose phone looks, by the name at the mock.
    ///   - weChat: the mock.
    /// - Returns: the mock's answer; on success `scene` and `launch` are variables.
    /// - Throws: when there is no picture, or no answer.
    package mutating func readScene(
        by person: String,
        at weChat: ServerAddress
    ) async throws(FakePhoneError) -> Reply {
        guard let picture else { throw .noPicture(browser: name) }
        let (reply, options) = try await line.look(at: picture, person, .camera, at: weChat)
        if let options {
            known["scene"] = options.scene
            known["launch"] = String(options.launch)
        }
        return reply
    }

    // MARK: Calls

    /// `POST /attempt`: a new code, whose picture is then on the screen.
    package mutating func openAttempt(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        let reply = try await perform(.open, twist)
        guard reply.isOK else { return reply }
        guard let url = reply.values["picture"] else { return reply }
        guard let picture = Picture(dataURL: url) else {
            throw .badPicture("it is no PNG data URL but begins \(url.prefix(40))")
        }
        pictures.append(picture)
        expiresInSeconds = reply.values["lifetime"].flatMap { Int($0) } ?? 0
        return reply
    }

    /// `GET /login`: the page itself.
    package mutating func page(twist: Twist = .honest) async throws(FakePhoneError) -> Reply {
        try await perform(.page, twist)
    }

    /// `GET /attempt`: the state as it is now.
    package mutating func attempt(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await perform(.look, twist)
    }

    /// `POST /attempt/complete`: who was logged in, and the session cookie.
    package mutating func complete(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await perform(.complete, twist)
    }

    /// `POST /attempt/cancel`.
    package mutating func cancelAttempt(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await perform(.cancel, twist)
    }

    /// `GET /session`: who is logged in.
    package mutating func session(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await perform(.session, twist)
    }

    /// `POST /session/logout`.
    package mutating func logout(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await perform(.logout, twist)
    }

    /// Carries out what the adapter says that a browser does.
    private mutating func perform(
        _ operation: Adapter.BrowserOperation,
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply {
        guard let calls = adapter.browser[operation] else {
            throw .notInDesign("'\(operation.rawValue)' of a browser")
        }
        // A new code is a new beginning.
        if operation == .open { known = [:] }
        var reply = Reply(status: 200)
        for call in calls {
            if let name = call.unless, known[name] != nil { continue }
            if call.method.isEmpty, let name = call.take.first?.name {
                guard twist.origin == nil, twist.variables["cookie"] == nil else {
                    throw .notInDesign("call for '\(operation.rawValue)' that could be forged")
                }
                await hear(of: name)
            }
            var variables = variables
            reply = take(
                try await line.perform(
                    call,
                    of: operation.rawValue,
                    known: &variables,
                    success: adapter.success,
                    more: fields(for: call.path.text, twist),
                    twist: twist,
                    to: login
                ),
                twist
            )
            for made in call.make {
                known[made.name] = twist.variables[made.name] ?? variables[made.name]
            }
            guard reply.isOK else { return reply }
            if call.method.isEmpty {
                // The page knows all that the message has said.
                for taking in adapter.watching?.message.take ?? [] {
                    reply.values[taking.name] = known[taking.name]
                }
            }
            if operation != .complete, operation != .session {
                known.merge(reply.values) { _, new in new }
                known["picture"] = nil
            }
        }
        return reply
    }

    /// Any request to the login server, as somebody with a console would send it.
    ///
    /// `{name}` in the path, the fields and the body stands for the variable of that name.
    package mutating func request(
        _ raw: RawRequest,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        let raw = raw.filled(with: variables.merging(twist.variables) { _, borrowed in borrowed })
        var fields = raw.fields
        if fields[.cookie] == nil {
            fields.append(contentsOf: self.fields(for: raw.pathAlone, twist))
        }
        if let origin = twist.origin, fields[.origin] == nil { fields[.origin] = origin }
        var reply = try await line.say(
            raw.method,
            raw.path,
            to: login,
            fields: fields,
            body: raw.body
        )
        reply.isAccepted = adapter.success.accepts(reply)
        return take(reply, twist)
    }

    private func fields(for path: String, _ twist: Twist) -> HTTPFields {
        var fields: HTTPFields = [:]
        // Set by its name, two cookies would become two fields.
        if let cookies = twist.value(of: "cookie", own: cookies(for: path)), !cookies.isEmpty {
            fields.append(HTTPField(name: .cookie, value: cookies))
        }
        return fields
    }

    private func cookies(for path: String) -> String? {
        // Browsers treat loopback as a secure place, so `Secure` cookies go there too.
        let isLoopback = login.host == "localhost" || login.host.hasPrefix("127.")
        return jar.header(path: path, isSecure: login.scheme == "https" || isLoopback)
    }

    private mutating func take(_ reply: Reply, _ twist: Twist) -> Reply {
        // What was sent with somebody else's cookies is answered to them.
        guard twist.variables["cookie"] == nil else { return reply }
        for value in reply.fields[values: .setCookie] { jar.store(value) }
        return reply
    }
}

// MARK: - Watching

extension FakeBrowser {
    /// Watches the attempt; the first event is its current state.
    ///
    /// - Returns: nil when the watch stands, else the server's refusal.
    package mutating func watch(
        by kind: WatchKind,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply? {
        let watching = adapter.watching
        let template: Template? =
            switch kind {
            case .websocket: watching?.webSocket
            case .sse: watching?.eventStream
            case .poll: watching?.poll?.first
            }
        guard let watching, let template else {
            throw .notInDesign("watch by \(kind.rawValue)")
        }
        await stopWatching()
        let variables = variables.merging(twist.variables) { _, borrowed in borrowed }
        let path = template.filled(with: variables, inQuery: true)
        let pathAlone = String(path.prefix { $0 != "?" })
        let request = WatchRequest(
            server: login,
            path: path,
            cookie: twist.value(of: "cookie", own: cookies(for: pathAlone)),
            origin: twist.origin ?? origin,
            read: { watching.message.read(text: $0) }
        )
        if let poll = watching.poll, kind == .poll {
            return try await openPoll(request, poll, watching.message, variables, twist)
        }
        let start = line.time.now()
        let outcome: String
        var refusal: Reply?
        do {
            if kind == .websocket {
                watch = try await dialer.openWebSocket(request)
                outcome = "101"
            } else {
                watch = try await dialer.openEventStream(request)
                outcome = "200"
            }
        } catch {
            switch error {
            case .refused(let status, let body):
                var reply = Reply(status: status, body: body)
                // A page under 200 is no watch.
                reply.isAccepted = false
                refusal = reply
                outcome = reply.summary
            case .unreachable:
                throw .noAnswer(from: login.name, .unreachable)
            }
        }
        line.recorder.record(
            Exchange(
                from: name,
                to: login.name,
                what:
                    "\(kind.rawValue.uppercased()) \(Redaction(secrets: line.secrets).path(path))",
                outcome: outcome,
                milliseconds: (line.time.now() - start).milliseconds
            )
        )
        return refusal
    }

    /// Asks the first question of a long poll, whose answer may be a refusal.
    private mutating func openPoll(
        _ request: WatchRequest,
        _ poll: Adapter.Watching.Poll,
        _ message: Adapter.Message,
        _ variables: [String: String],
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply? {
        let poller = LongPollWatch(
            line: line,
            request: request,
            poll: poll,
            variables: variables,
            message: message,
            success: adapter.success
        )
        isWatchingAsAnother = twist.variables["cookie"] != nil
        let refusal = try await poller.open()
        keepCookies(of: poller)
        if refusal == nil { watch = poller }
        return refusal
    }

    /// Keeps what a watch's answers have set, as browsers do.
    private mutating func keepCookies(of watch: any Watch) {
        let values = watch.takeSetCookies()
        // What was asked with somebody else's cookies is answered to them.
        guard !isWatchingAsAnother else { return }
        for value in values { jar.store(value) }
    }

    /// Takes in what was pushed; what was sent is there in no time.
    private mutating func hear(of name: String) async {
        while watch != nil {
            // A later push may say something else than what is known.
            let patience: Duration = .milliseconds(known[name] == nil ? 300 : 50)
            guard let event = try? await nextEvent(within: patience) else { return }
            if case .closed = event { return }
        }
    }

    /// Waits for the next event of the watch; nil when none came in time.
    package mutating func nextEvent(
        within patience: Duration
    ) async throws(FakePhoneError) -> WatchEvent? {
        guard let watch else { throw .notWatching(browser: name) }
        let event = await watch.next(within: patience)
        keepCookies(of: watch)
        switch event {
        case .push(var push):
            // A design that does not number its messages has them numbered here.
            if adapter.watching?.message.seq == nil { push.seq = (pushes.last?.seq ?? 0) + 1 }
            pushes.append(push)
            known.merge(push.values) { _, new in new }
            hear("push \(push.state.rawValue)", "seq \(push.seq), \(push.expiresInSeconds) s left")
        case .nonsense(let text):
            hear("nonsense", text)
        case .closed(let code):
            hear("close", code.map(String.init) ?? "without a code")
        case nil:
            break
        }
        return event
    }

    /// Ends the watch and forgets what it delivered.
    package mutating func stopWatching() async {
        await watch?.close()
        watch = nil
        pushes = []
    }

    private func hear(_ what: String, _ outcome: String) {
        line.recorder.record(
            Exchange(from: login.name, to: name, what: what, outcome: outcome)
        )
    }
}
