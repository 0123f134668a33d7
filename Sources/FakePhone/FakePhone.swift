/// The scripted side of a login: phones, browsers, scenarios, and the report of what happened.
///
/// Owns: a person with a phone (`FakePhone`), a browser with the login page (`FakeBrowser`), the
/// language of scenarios (`Scenario`), whoever plays them (`ScenarioRunner`) and the transcript.
/// Does not own: a server, a store, a socket for plain HTTP calls (that is an `HTTPTransport`),
/// a clock or dice: those come from the program.
/// Called by: the program `fake-phone`, end-to-end tests.

internal import Foundation
internal import HTTPTransport
internal import HTTPTypes

/// A person of the mock with a phone: scans what a browser shows, logs in, confirms or cancels.
///
/// It sees what a mini-program sees. The scene reaches it only through the launch options that
/// WeChat gives for a picture.
package struct FakePhone: Sendable {
    /// How long a person reads before tapping confirm; the server refuses sooner than 700 ms.
    package static let readingTime: Duration = .milliseconds(800)
    /// The app of the mock's default world, for a login before any scan.
    package static let defaultAppID = "wx0123456789abcdef"

    /// How a picture gets under the eyes of WeChat.
    package enum ScanHow: String, Sendable, CaseIterable {
        case camera
        case longpress
        case album
    }

    /// What WeChat gives a mini-program at its launch.
    package struct LaunchOptions: Sendable, Equatable {
        package let appID: String
        /// The page, without a leading slash.
        package let path: String
        /// `query.scene`, percent-decoded once.
        package let scene: String
        /// WeChat's number for how the mini-program was opened: 1047 camera, 1048, 1049.
        package let launch: Int
    }

    /// Our login state for the mini-program.
    package struct PhoneSession: Sendable, Equatable {
        /// The bearer, a secret.
        package let token: String
        /// `{"userid","role","nickName","avatarUrl"}` as the server said.
        package let user: JSONValue
    }

    package let name: String
    /// The name at the mock.
    package let person: String
    package let login: ServerAddress
    package let weChat: ServerAddress
    package private(set) var launch: LaunchOptions?
    package private(set) var session: PhoneSession?

    /// The design that this phone is made for.
    package let adapter: Adapter

    private let line: Line
    private var appID: String
    private var scannedAt: Duration?
    /// What was read out of a picture, made up, or taken out of answers.
    private var known: [String: String] = [:]

    package init(
        name: String,
        person: String,
        appID: String = FakePhone.defaultAppID,
        login: ServerAddress,
        weChat: ServerAddress,
        line: Line,
        adapter: Adapter = .scanLogin
    ) {
        self.adapter = adapter
        self.name = name
        self.person = person
        self.appID = appID
        self.login = login
        self.weChat = weChat
        self.line = line
    }

    // MARK: Variables

    /// What others may borrow: `appid`, and once they are known `js_code`, `scene`, `launch` and
    /// what the adapter takes, such as `bearer`, `userid`, `nonce`.
    package var variables: [String: String] {
        var variables = known
        variables["appid"] = appID
        return variables
    }

    // MARK: Steps of a person

    /// Scans a picture and tells the login server, logging in first when needed.
    ///
    /// - Returns: the first refusal on the way, or the answer of `POST /mp/scan`.
    package mutating func scan(
        _ picture: Picture,
        how: ScanHow = .camera,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        let recognised = try await look(at: picture, how: how)
        guard recognised.isOK else { return recognised }
        if session == nil {
            let reply = try await logIn()
            guard reply.isOK else { return reply }
        }
        return try await openScene(twist: twist)
    }

    /// Shows a picture to WeChat: `POST /_mock/phones/{person}/scan`.
    ///
    /// On success `launch` holds what the mini-program was started with.
    package mutating func look(
        at picture: Picture,
        how: ScanHow
    ) async throws(FakePhoneError) -> Reply {
        let (reply, options) = try await line.look(at: picture, person, how, at: weChat)
        guard let options else { return reply }
        launch = options
        appID = options.appID
        known["scene"] = options.scene
        known["launch"] = String(options.launch)
        known["nonce"] = nil
        // A design without a call for the scan has the person read from here on.
        scannedAt = adapter.phone[.scan] == nil ? line.time.now() : nil
        return reply
    }

    /// `wx.login` and `POST /mp/session`: a fresh js_code for a phone session.
    ///
    /// With a borrowed `js_code` WeChat is not asked for one.
    package mutating func logIn(twist: Twist = .honest) async throws(FakePhoneError) -> Reply {
        if twist.variables["js_code"] == nil {
            let code = try await line.say(
                .post,
                "/_mock/phones/\(person)/login",
                to: weChat,
                json: ["appid": .string(appID)]
            )
            guard code.isOK else { return code }
            guard let jsCode = code.json?["code"]?.string else {
                throw .badAnswer(from: weChat.name, "wx.login gave no code")
            }
            known["js_code"] = jsCode
        }
        for name in ["bearer", "userid"] { known[name] = nil }
        let reply = try await perform(.login, twist)
        guard reply.isOK else { return reply }
        session = PhoneSession(
            token: known["bearer"] ?? "",
            user: reply.data?["user"] ?? ["userid": .string(known["userid"] ?? "")]
        )
        return reply
    }

    /// `POST /mp/scan`: tells the server which code was scanned, and how.
    package mutating func openScene(twist: Twist = .honest) async throws(FakePhoneError) -> Reply {
        try needScene(twist)
        // Some designs hear of a scan only with the confirm.
        if adapter.phone[.scan] == nil, twist == .honest { return Reply(status: 200) }
        var twist = twist
        if launch == nil, twist.variables["launch"] == nil { twist.variables["launch"] = "1047" }
        let reply = try await perform(.scan, twist)
        if reply.isOK { scannedAt = line.time.now() }
        return reply
    }

    /// `POST /mp/confirm`, once `after` has passed since the scan; `number` is what the person typed.
    package func confirm(
        after: Duration = FakePhone.readingTime,
        number: String? = nil,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try needScene(twist)
        if let scannedAt {
            let left = scannedAt + after - line.time.now()
            if left > .zero { try await wait(left) }
        }
        return try await performAside(.confirm, twist, ["number": number])
    }

    /// `POST /mp/profile`: the nickname the person typed.
    package func setNickName(
        _ name: String,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await performAside(.profile, twist, ["nickname": name])
    }

    /// `POST /mp/avatar`: a picture, as wx.uploadFile sends it.
    package func upload(
        _ picture: Picture,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        guard let call = adapter.phone[.avatar]?.first else {
            throw .notInDesign("'avatar' of a phone")
        }
        let boundary = "----fake-phone"
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
            + "filename=\"avatar.png\"\r\nContent-Type: image/png\r\n\r\n"
        let variables = variables.merging(twist.variables) { _, borrowed in borrowed }
        var fields: HTTPFields = [:]
        for field in call.fields where field.value.names.allSatisfy({ variables[$0] != nil }) {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields[name] = field.value.filled(with: variables)
        }
        fields[.contentType] = "multipart/form-data; boundary=\(boundary)"
        var reply = try await line.say(
            .post,
            call.path.filled(with: variables, inQuery: true),
            to: login,
            fields: fields,
            body: Array(head.utf8) + picture.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        )
        reply.isAccepted = (call.success ?? adapter.success).accepts(reply)
        return reply
    }

    /// `POST /mp/cancel`.
    package func cancel(twist: Twist = .honest) async throws(FakePhoneError) -> Reply {
        try needScene(twist)
        return try await performAside(.cancel, twist)
    }

    /// `GET /mp/logins`: where this person is logged in.
    package func logins(
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await performAside(.logins, twist)
    }

    /// `POST /mp/logins/revoke`: ends one of the recent logins.
    package func revokeLogin(
        id: String,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        try await performAside(.revoke, twist, ["id": id])
    }

    /// `POST /mp/scan` with a scene that was made up: what a guesser does.
    ///
    /// Where a scan is no call, the guess goes out with the confirm.
    package mutating func guess(
        scene: String,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        if session == nil, twist.variables["bearer"] == nil {
            let reply = try await logIn()
            guard reply.isOK else { return reply }
        }
        var twist = twist
        twist.variables["scene"] = scene
        if twist.variables["launch"] == nil { twist.variables["launch"] = "1047" }
        let reply = try await perform(adapter.phone[.scan] == nil ? .confirm : .scan, twist)
        // Whoever hits goes on with that scene.
        if reply.isOK {
            known["scene"] = scene
            if adapter.phone[.scan] != nil { scannedAt = line.time.now() }
        }
        return reply
    }

    /// Any request to the login server, as somebody with a console would send it.
    ///
    /// `{name}` in the path, the fields and the body stands for the variable of that name.
    package func request(
        _ raw: RawRequest,
        twist: Twist = .honest
    ) async throws(FakePhoneError) -> Reply {
        let variables = variables.merging(twist.variables) { _, borrowed in borrowed }
        let raw = raw.filled(with: variables)
        var fields = raw.fields
        if fields[.authorization] == nil, let bearer = variables["bearer"] {
            fields[.authorization] = "Bearer \(bearer)"
        }
        var reply = try await line.say(
            raw.method,
            raw.path,
            to: login,
            fields: fields,
            body: raw.body
        )
        reply.isAccepted = adapter.success.accepts(reply)
        return reply
    }

    private func needScene(_ twist: Twist) throws(FakePhoneError) {
        guard twist.value(of: "scene", own: launch?.scene ?? known["scene"]) != nil else {
            throw .nothingScanned(phone: name)
        }
    }

    /// Carries out a call after which the phone knows nothing new.
    private func performAside(
        _ operation: Adapter.PhoneOperation,
        _ twist: Twist,
        _ more: [String: String?] = [:]
    ) async throws(FakePhoneError) -> Reply {
        var aside = self
        return try await aside.perform(operation, twist, more)
    }

    /// Carries out what the adapter says that a phone does.
    private mutating func perform(
        _ operation: Adapter.PhoneOperation,
        _ twist: Twist,
        _ more: [String: String?] = [:]
    ) async throws(FakePhoneError) -> Reply {
        guard let calls = adapter.phone[operation] else {
            throw .notInDesign("'\(operation.rawValue)' of a phone")
        }
        var reply = Reply(status: 200)
        for call in calls {
            if let name = call.unless, known[name] != nil { continue }
            var variables = variables
            for name in more.keys.sorted() { variables[name] = more[name] ?? nil }
            reply = try await line.perform(
                call,
                of: operation.rawValue,
                known: &variables,
                success: adapter.success,
                twist: twist,
                to: login
            )
            for made in call.make { known[made.name] = variables[made.name] }
            guard reply.isOK else { return reply }
            known.merge(reply.values) { _, new in new }
        }
        return reply
    }

    private func wait(_ duration: Duration) async throws(FakePhoneError) {
        do {
            try await line.time.sleep(duration)
        } catch {
            throw .noAnswer(from: login.name, .cancelled)
        }
    }
}

extension FakePhone.LaunchOptions {
    /// Reads `{"appid","path","query":{"scene"},"scene":1047}`; nil when a member is missing.
    package init?(_ json: JSONValue) {
        guard let appID = json["appid"]?.string,
            let path = json["path"]?.string,
            let encoded = json["query"]?["scene"]?.string,
            // The page applies decodeURIComponent exactly once.
            let scene = encoded.removingPercentEncoding,
            let launch = json["scene"]?.int
        else { return nil }
        self.init(appID: appID, path: path, scene: scene, launch: launch)
    }
}
