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

    private let line: Line
    private var appID: String
    private var nonce = ""
    private var scannedAt: Duration?
    /// The js_code of the last `wx.login`; nil before the first.
    private var jsCode: String?

    package init(
        name: String,
        person: String,
        appID: String = FakePhone.defaultAppID,
        login: ServerAddress,
        weChat: ServerAddress,
        line: Line
    ) {
        self.name = name
        self.person = person
        self.appID = appID
        self.login = login
        self.weChat = weChat
        self.line = line
    }

    // MARK: Variables

    /// What others may borrow: `appid`, `js_code`, `bearer`, `userid`, `scene`, `launch`, `nonce`,
    /// each once it is known.
    package var variables: [String: String] {
        var variables = ["appid": appID]
        variables["js_code"] = jsCode
        variables["bearer"] = session?.token
        variables["userid"] = session?.user["userid"]?.string
        variables["scene"] = launch?.scene
        variables["launch"] = launch.map { String($0.launch) }
        if !nonce.isEmpty { variables["nonce"] = nonce }
        return variables
    }

    // MARK: Steps of a person

    /// Scans a picture and tells the login server, logging in first when needed.
    ///
    /// - Returns: the first refusal on the way, or the answer of `POST /mp/scan`.
    package mutating func scan(
        _ picture: Picture,
        how: ScanHow = .camera,
        twist: Twist = .none
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
        nonce = ""
        scannedAt = nil
        return reply
    }

    /// `wx.login` and `POST /mp/session`: a fresh js_code for a phone session.
    ///
    /// With a borrowed `js_code` WeChat is not asked for one.
    package mutating func logIn(twist: Twist = .none) async throws(FakePhoneError) -> Reply {
        if let borrowed = twist.variables["js_code"] {
            return try await logIn(with: borrowed, twist)
        }
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
        self.jsCode = jsCode
        return try await logIn(with: jsCode, twist)
    }

    private mutating func logIn(
        with jsCode: String,
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply {
        let json: JSONValue = ["js_code": .string(jsCode)]
        let reply = try await line.say(
            .post,
            "/mp/session",
            to: login,
            json: twist.applied(to: json) ?? json
        )
        guard reply.isOK else { return reply }
        guard let token = reply.data?["token"]?.string, let user = reply.data?["user"] else {
            throw .badAnswer(from: login.name, "a phone session without token and user")
        }
        session = PhoneSession(token: token, user: user)
        return reply
    }

    /// `POST /mp/scan`: tells the server which code was scanned, and how.
    package mutating func openScene(twist: Twist = .none) async throws(FakePhoneError) -> Reply {
        let scene = try scene(twist)
        let launchValue = twist.variables["launch"].flatMap { Int($0) } ?? launch?.launch ?? 1047
        let reply = try await say(
            "/mp/scan",
            ["scene": .string(scene), "launch": .int(launchValue)],
            twist
        )
        guard reply.isOK else { return reply }
        guard let nonce = reply.data?["nonce"]?.string else {
            throw .badAnswer(from: login.name, "a scan without a nonce")
        }
        self.nonce = nonce
        scannedAt = line.time.now()
        return reply
    }

    /// `POST /mp/confirm`, once `after` has passed since the scan; `number` is what the person typed.
    package func confirm(
        after: Duration = FakePhone.readingTime,
        number: String? = nil,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        let scene = try scene(twist)
        if let scannedAt {
            let left = scannedAt + after - line.time.now()
            if left > .zero { try await wait(left) }
        }
        var json: [String: JSONValue] = [
            "scene": .string(scene),
            "nonce": .string(twist.value(of: "nonce", own: nonce) ?? nonce),
        ]
        if let number { json["number"] = .string(number) }
        return try await say("/mp/confirm", .object(json), twist)
    }

    /// `POST /mp/profile`: the nickname the person typed.
    package func setNickName(
        _ name: String,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await say("/mp/profile", ["nickName": .string(name)], twist)
    }

    /// `POST /mp/avatar`: a picture, as wx.uploadFile sends it.
    package func upload(
        _ picture: Picture,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        let boundary = "----fake-phone"
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
            + "filename=\"avatar.png\"\r\nContent-Type: image/png\r\n\r\n"
        var fields: HTTPFields = [:]
        fields[.contentType] = "multipart/form-data; boundary=\(boundary)"
        fields[.authorization] = authorization(twist)
        return try await line.say(
            .post,
            "/mp/avatar",
            to: login,
            fields: fields,
            body: Array(head.utf8) + picture.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        )
    }

    /// `POST /mp/cancel`.
    package func cancel(twist: Twist = .none) async throws(FakePhoneError) -> Reply {
        let scene = try scene(twist)
        return try await say(
            "/mp/cancel",
            [
                "scene": .string(scene),
                "nonce": .string(twist.value(of: "nonce", own: nonce) ?? nonce),
            ],
            twist
        )
    }

    /// `GET /mp/logins`: the logins of this user that are alive.
    package func logins(twist: Twist = .none) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.authorization] = authorization(twist)
        return try await line.say(.get, "/mp/logins", to: login, fields: fields)
    }

    /// `POST /mp/logins/revoke`.
    package func revokeLogin(
        id: String,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        try await say("/mp/logins/revoke", ["id": .string(id)], twist)
    }

    /// `POST /mp/scan` with a scene that was made up: what a guesser does.
    package mutating func guess(
        scene: String,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        if session == nil, twist.variables["bearer"] == nil {
            let reply = try await logIn()
            guard reply.isOK else { return reply }
        }
        return try await say("/mp/scan", ["scene": .string(scene), "launch": 1047], twist)
    }

    /// Any request to the login server, as somebody with a console would send it.
    ///
    /// `{name}` in the path, the fields and the body stands for the variable of that name.
    package func request(
        _ raw: RawRequest,
        twist: Twist = .none
    ) async throws(FakePhoneError) -> Reply {
        let raw = raw.filled(with: variables.merging(twist.variables) { _, borrowed in borrowed })
        var fields = raw.fields
        if fields[.authorization] == nil { fields[.authorization] = authorization(twist) }
        return try await line.say(raw.method, raw.path, to: login, fields: fields, body: raw.body)
    }

    /// The scene of this call: a borrowed one, or that of the picture.
    private func scene(_ twist: Twist) throws(FakePhoneError) -> String {
        guard let scene = twist.value(of: "scene", own: launch?.scene) else {
            throw .nothingScanned(phone: name)
        }
        return scene
    }

    private func authorization(_ twist: Twist) -> String? {
        twist.value(of: "bearer", own: session?.token).map { "Bearer \($0)" }
    }

    private func say(
        _ path: String,
        _ json: JSONValue,
        _ twist: Twist
    ) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.authorization] = authorization(twist)
        return try await line.say(
            .post,
            path,
            to: login,
            fields: fields,
            json: twist.applied(to: json) ?? json
        )
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
