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

    // MARK: Steps of a person

    /// Scans a picture and tells the login server, logging in first when needed.
    ///
    /// - Returns: the first refusal on the way, or the answer of `POST /mp/scan`.
    package mutating func scan(
        _ picture: Picture,
        how: ScanHow = .camera
    ) async throws(FakePhoneError) -> Reply {
        let recognised = try await look(at: picture, how: how)
        guard recognised.isOK else { return recognised }
        if session == nil {
            let reply = try await logIn()
            guard reply.isOK else { return reply }
        }
        return try await openScene()
    }

    /// Shows a picture to WeChat: `POST /_mock/phones/{person}/scan`.
    ///
    /// On success `launch` holds what the mini-program was started with.
    package mutating func look(
        at picture: Picture,
        how: ScanHow
    ) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.contentType] = "image/png"
        let reply = try await line.say(
            .post,
            "/_mock/phones/\(person)/scan?how=\(how.rawValue)",
            to: weChat,
            fields: fields,
            body: picture.bytes
        )
        guard reply.isOK else { return reply }
        guard let json = reply.json, let options = LaunchOptions(json) else {
            throw .badAnswer(from: weChat.name, "the launch options hold no scene")
        }
        launch = options
        appID = options.appID
        nonce = ""
        scannedAt = nil
        return reply
    }

    /// `wx.login` and `POST /mp/session`: a fresh js_code for a phone session.
    package mutating func logIn() async throws(FakePhoneError) -> Reply {
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
        let reply = try await line.say(
            .post,
            "/mp/session",
            to: login,
            json: ["js_code": .string(jsCode)]
        )
        guard reply.isOK else { return reply }
        guard let token = reply.data?["token"]?.string, let user = reply.data?["user"] else {
            throw .badAnswer(from: login.name, "a phone session without token and user")
        }
        session = PhoneSession(token: token, user: user)
        return reply
    }

    /// `POST /mp/scan`: tells the server which code was scanned, and how.
    package mutating func openScene() async throws(FakePhoneError) -> Reply {
        guard let launch else { throw .nothingScanned(phone: name) }
        let reply = try await say(
            "/mp/scan",
            ["scene": .string(launch.scene), "launch": .int(launch.launch)]
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
        number: String? = nil
    ) async throws(FakePhoneError) -> Reply {
        guard let launch else { throw .nothingScanned(phone: name) }
        if let scannedAt {
            let left = scannedAt + after - line.time.now()
            if left > .zero { try await wait(left) }
        }
        var json: [String: JSONValue] = [
            "scene": .string(launch.scene), "nonce": .string(nonce),
        ]
        if let number { json["number"] = .string(number) }
        return try await say("/mp/confirm", .object(json))
    }

    /// `POST /mp/profile`: the nickname the person typed.
    package func setNickName(_ name: String) async throws(FakePhoneError) -> Reply {
        try await say("/mp/profile", ["nickName": .string(name)])
    }

    /// `POST /mp/avatar`: a picture, as wx.uploadFile sends it.
    package func upload(_ picture: Picture) async throws(FakePhoneError) -> Reply {
        let boundary = "----fake-phone"
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
            + "filename=\"avatar.png\"\r\nContent-Type: image/png\r\n\r\n"
        var fields: HTTPFields = [:]
        fields[.contentType] = "multipart/form-data; boundary=\(boundary)"
        if let session { fields[.authorization] = "Bearer \(session.token)" }
        return try await line.say(
            .post,
            "/mp/avatar",
            to: login,
            fields: fields,
            body: Array(head.utf8) + picture.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        )
    }

    /// `POST /mp/cancel`.
    package func cancel() async throws(FakePhoneError) -> Reply {
        guard let launch else { throw .nothingScanned(phone: name) }
        return try await say(
            "/mp/cancel",
            ["scene": .string(launch.scene), "nonce": .string(nonce)]
        )
    }

    /// `POST /mp/scan` with a scene that was made up: what a guesser does.
    package mutating func guess(scene: String) async throws(FakePhoneError) -> Reply {
        if session == nil {
            let reply = try await logIn()
            guard reply.isOK else { return reply }
        }
        return try await say("/mp/scan", ["scene": .string(scene), "launch": 1047])
    }

    private func say(
        _ path: String,
        _ json: JSONValue
    ) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        if let session { fields[.authorization] = "Bearer \(session.token)" }
        return try await line.say(.post, path, to: login, fields: fields, json: json)
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
