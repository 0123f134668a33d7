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
    package internal(set) var jar = CookieJar()
    /// Every picture ever shown, the one on the screen last.
    package private(set) var pictures: [Picture] = []
    /// What the current watch has delivered, oldest first.
    package private(set) var pushes: [Push] = []
    /// How long the newest attempt was said to live, in seconds.
    package private(set) var expiresInSeconds = 0

    private let line: Line
    private let dialer: any WatchDialer
    private var watch: (any Watch)?
    /// What was read out of the picture on the screen.
    private var read: [String: String] = [:]

    package init(name: String, login: ServerAddress, line: Line, dialer: any WatchDialer) {
        self.name = name
        self.login = login
        self.origin = login.origin
        self.line = line
        self.dialer = dialer
    }

    /// The picture on the screen; nil before the first attempt.
    package var picture: Picture? { pictures.last }

    // MARK: Variables

    /// What others may borrow: `cookie`, `picture` (a data URL), and `scene` and `launch` once
    /// the picture was read.
    package var variables: [String: String] {
        var variables = read
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
            read["scene"] = options.scene
            read["launch"] = String(options.launch)
        }
        return reply
    }

    // MARK: Calls

    /// `POST /attempt`: a new code, whose picture is then on the screen.
    package mutating func openAttempt(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        let reply = try await post("/attempt", twist)
        guard reply.isOK else { return reply }
        guard let url = reply.data?["image"]?.string else {
            throw .badPicture("data.image is missing")
        }
        guard let picture = Picture(dataURL: url) else {
            throw .badPicture("data.image is no PNG data URL but begins \(url.prefix(40))")
        }
        pictures.append(picture)
        read = [:]
        expiresInSeconds = reply.data?["expires_in"]?.int ?? 0
        return reply
    }

    /// `GET /attempt`: the state as it is now.
    package mutating func attempt(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await get("/attempt", twist)
    }

    /// `POST /attempt/complete`: who was logged in, and the session cookie.
    package mutating func complete(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await post("/attempt/complete", twist)
    }

    /// `POST /attempt/cancel`.
    package mutating func cancelAttempt(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await post("/attempt/cancel", twist)
    }

    /// `GET /session`: who is logged in.
    package mutating func session(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await get("/session", twist)
    }

    /// `POST /session/logout`.
    package mutating func logout(
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await post("/session/logout", twist)
    }

    /// Any request to the login server, as somebody with a console would send it.
    ///
    /// `{name}` in the path, the fields and the body stands for the variable of that name.
    package mutating func request(
        _ raw: RawRequest,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        let raw = raw.filled(with: variables.merging(twist.variables) { _, borrowed in borrowed })
        var fields = raw.fields
        if fields[.cookie] == nil {
            fields.append(contentsOf: self.fields(for: raw.pathAlone, twist))
        }
        if let origin = twist.origin, fields[.origin] == nil { fields[.origin] = origin }
        return take(
            try await line.say(raw.method, raw.path, to: login, fields: fields, body: raw.body),
            twist
        )
    }

    /// `GET /login`: the page itself.
    package mutating func page() async throws(FakePhoneError) -> Reply {
        try await get("/login", .none)
    }

    private mutating func get(
        _ path: String,
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply {
        take(try await line.say(.get, path, to: login, fields: fields(for: path, twist)), twist)
    }

    private mutating func post(
        _ path: String,
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply {
        var fields = fields(for: path, twist)
        fields[.origin] = twist.origin ?? origin
        // A field that no foreign page can add without asking first.
        if let guardName = HTTPField.Name("X-SL") { fields[guardName] = "1" }
        guard let json = twist.applied(to: nil) else {
            return take(try await line.say(.post, path, to: login, fields: fields), twist)
        }
        return take(try await line.say(.post, path, to: login, fields: fields, json: json), twist)
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
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply? {
        await stopWatching()
        let path = kind == .poll ? "/attempt" : "/attempt/events"
        let request = WatchRequest(
            server: login,
            path: path,
            cookie: twist.value(of: "cookie", own: cookies(for: path)),
            origin: twist.origin ?? origin
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
