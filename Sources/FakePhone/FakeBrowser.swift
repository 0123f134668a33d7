internal import HTTPTransport
internal import HTTPTypes

/// A browser with the login page open: cookies, the picture it shows, and what it was pushed.
///
/// It knows what a page's script knows: which calls exist, and that each POST needs `Origin` and
/// `X-SL`. It takes identity from nowhere but `complete` and `session`.
package struct FakeBrowser: Sendable {
    package let name: String
    package let login: ServerAddress
    /// What is sent as `Origin`; the login server's own origin unless a test wants to cheat.
    package var origin: String
    package private(set) var jar = CookieJar()
    /// Every picture ever shown, the one on the screen last.
    package private(set) var pictures: [Picture] = []
    /// What the current watch has delivered, oldest first.
    package private(set) var pushes: [Push] = []
    /// How long the newest attempt was said to live, in seconds.
    package private(set) var expiresInSeconds = 0

    private let line: Line
    private let dialer: any WatchDialer
    private var watch: (any Watch)?

    package init(name: String, login: ServerAddress, line: Line, dialer: any WatchDialer) {
        self.name = name
        self.login = login
        self.origin = login.origin
        self.line = line
        self.dialer = dialer
    }

    /// The picture on the screen; nil before the first attempt.
    package var picture: Picture? { pictures.last }

    // MARK: Calls

    /// `POST /attempt`: a new code, whose picture is then on the screen.
    package mutating func openAttempt() async throws(FakePhoneError) -> Reply {
        let reply = try await post("/attempt")
        guard reply.isOK else { return reply }
        guard let url = reply.data?["image"]?.string else {
            throw .badPicture("data.image is missing")
        }
        guard let picture = Picture(dataURL: url) else {
            throw .badPicture("data.image is no PNG data URL but begins \(url.prefix(40))")
        }
        pictures.append(picture)
        expiresInSeconds = reply.data?["expires_in"]?.int ?? 0
        return reply
    }

    /// `GET /attempt`: the state as it is now.
    package mutating func attempt() async throws(FakePhoneError) -> Reply {
        try await get("/attempt")
    }

    /// `POST /attempt/complete`: who was logged in, and the session cookie.
    package mutating func complete() async throws(FakePhoneError) -> Reply {
        try await post("/attempt/complete")
    }

    /// `POST /attempt/cancel`.
    package mutating func cancelAttempt() async throws(FakePhoneError) -> Reply {
        try await post("/attempt/cancel")
    }

    /// `GET /session`: who is logged in.
    package mutating func session() async throws(FakePhoneError) -> Reply {
        try await get("/session")
    }

    /// `POST /session/logout`.
    package mutating func logout() async throws(FakePhoneError) -> Reply {
        try await post("/session/logout")
    }

    private mutating func get(_ path: String) async throws(FakePhoneError) -> Reply {
        take(try await line.say(.get, path, to: login, fields: fields(for: path)))
    }

    private mutating func post(_ path: String) async throws(FakePhoneError) -> Reply {
        var fields = fields(for: path)
        fields[.origin] = origin
        // A field that no foreign page can add without asking first.
        if let guardName = HTTPField.Name("X-SL") { fields[guardName] = "1" }
        return take(try await line.say(.post, path, to: login, fields: fields))
    }

    private func fields(for path: String) -> HTTPFields {
        var fields: HTTPFields = [:]
        // Set by its name, two cookies would become two fields.
        if let cookies = cookies(for: path) {
            fields.append(HTTPField(name: .cookie, value: cookies))
        }
        return fields
    }

    private func cookies(for path: String) -> String? {
        // Browsers treat loopback as a secure place, so `Secure` cookies go there too.
        let isLoopback = login.host == "localhost" || login.host.hasPrefix("127.")
        return jar.header(path: path, isSecure: login.scheme == "https" || isLoopback)
    }

    private mutating func take(_ reply: Reply) -> Reply {
        for value in reply.fields[values: .setCookie] { jar.store(value) }
        return reply
    }
}

// MARK: - Watching

extension FakeBrowser {
    /// Watches the attempt; the first event is its current state.
    ///
    /// - Returns: nil when the watch stands, else the server's refusal.
    package mutating func watch(by kind: WatchKind) async throws(FakePhoneError) -> Reply? {
        await stopWatching()
        let path = kind == .poll ? "/attempt" : "/attempt/events"
        let request = WatchRequest(
            server: login,
            path: path,
            cookie: cookies(for: path),
            origin: origin
        )
        let start = line.time.now()
        let outcome: String
        var refusal: Reply?
        do {
            switch kind {
            case .websocket:
                watch = try await dialer.openWebSocket(request)
                outcome = "101"
            case .sse:
                watch = try await dialer.openEventStream(request)
                outcome = "200"
            case .poll:
                watch = LongPollWatch(line: line, request: request)
                return nil
            }
        } catch {
            switch error {
            case .refused(let status, let body):
                let reply = Reply(status: status, body: body)
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
                what: "\(kind.rawValue.uppercased()) \(path)",
                outcome: outcome,
                milliseconds: (line.time.now() - start).milliseconds
            )
        )
        return refusal
    }

    /// Waits for the next event of the watch; nil when none came in time.
    package mutating func nextEvent(
        within patience: Duration
    ) async throws(FakePhoneError) -> WatchEvent? {
        guard let watch else { throw .notWatching(browser: name) }
        let event = await watch.next(within: patience)
        switch event {
        case .push(let push):
            pushes.append(push)
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
