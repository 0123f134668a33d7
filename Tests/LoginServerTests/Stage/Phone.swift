import LoginDomain
import TestSupport

/// A phone with the mini-program open.
struct Phone: Sendable {
    let stage: EdgeStage
    let bearer: String
    let user: String
    var address = "127.0.0.1"

    struct NoLogin: Error {}

    var fields: [Call.Field] { [Call.Field("Authorization", "Bearer \(bearer)")] }

    func call(
        _ path: String,
        _ json: String,
        _ more: [Call.Field] = []
    ) async throws -> Answer {
        try await stage.send(Call("POST", path, fields + more, json: json), from: address)
    }

    func scan(_ scene: String, launch: Int = 1047) async throws -> Answer {
        try await call("/mp/scan", #"{"scene":"\#(scene)","launch":\#(launch)}"#)
    }

    func confirm(_ scene: String, _ nonce: String) async throws -> Answer {
        try await call("/mp/confirm", Self.confirmBody(scene, nonce))
    }

    func confirm(_ scene: String, _ nonce: String, number: String) async throws -> Answer {
        try await call(
            "/mp/confirm",
            #"{"scene":"\#(scene)","nonce":"\#(nonce)","number":\#(number)}"#
        )
    }

    func setNickName(_ json: String) async throws -> Answer {
        try await call("/mp/profile", #"{"nickName":\#(json)}"#)
    }

    func givePhoneNumber(_ code: String) async throws -> Answer {
        try await call("/mp/phone", #"{"code":"\#(code)"}"#)
    }

    func removePhoneNumber() async throws -> Answer {
        try await stage.send(Call("DELETE", "/mp/phone", fields), from: address)
    }

    func upload(_ picture: [UInt8], named name: String = "file") async throws -> Answer {
        let (type, body) = Self.multipart(picture, named: name)
        return try await stage.send(
            Call("POST", "/mp/avatar", fields + [type], body: body),
            from: address
        )
    }

    func logins() async throws -> Answer {
        try await stage.send(Call("GET", "/mp/logins", fields), from: address)
    }

    func revoke(_ id: String) async throws -> Answer {
        try await call("/mp/logins/revoke", #"{"id":"\#(id)"}"#)
    }

    /// The smallest bytes that are a PNG's beginning.
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    /// What wx.uploadFile sends: the field that names the type, and the body.
    static func multipart(
        _ content: [UInt8],
        named name: String = "file",
        boundary: String = "----WeChat7MA4YWxk"
    ) -> (Call.Field, [UInt8]) {
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; "
            + "filename=\"tmp_a.png\"\r\nContent-Type: image/png\r\n\r\n"
        let body = Array(head.utf8) + content + Array("\r\n--\(boundary)--\r\n".utf8)
        return (
            Call.Field("Content-Type", "multipart/form-data; boundary=\(boundary)"), body
        )
    }

    func cancel(_ scene: String, _ nonce: String) async throws -> Answer {
        try await call("/mp/cancel", Self.confirmBody(scene, nonce))
    }

    static func confirmBody(_ scene: String, _ nonce: String) -> String {
        #"{"scene":"\#(scene)","nonce":"\#(nonce)"}"#
    }

    /// Scans.
    ///
    /// - Returns: the nonce.
    func nonce(of scene: String) async throws -> String {
        guard let nonce = try await scan(scene).text("data.nonce") else { throw NoLogin() }
        return nonce
    }

    /// Scans and, as soon as a person could have read the screen, confirms.
    ///
    /// - Returns: the nonce.
    @discardableResult
    func agree(to scene: String) async throws -> String {
        let nonce = try await nonce(of: scene)
        stage.time.advance(by: stage.house.policy.confirmDelay)
        guard try await confirm(scene, nonce).status == 200 else { throw NoLogin() }
        return nonce
    }
}

extension EdgeStage {
    /// A person's phone, logged in; each run is another start of the mini-program.
    func phone(
        _ person: String,
        run: Int = 1,
        at address: String = "127.0.0.1"
    ) async throws -> Phone {
        let code = #"{"js_code":"code-\#(person)-\#(run)"}"#
        let answer = try await send(Call("POST", "/mp/session", json: code), from: address)
        guard let bearer = answer.text("data.token"), let user = answer.text("data.user.userid")
        else { throw Phone.NoLogin() }
        return Phone(stage: self, bearer: bearer, user: user, address: address)
    }

    /// A browser whose login a phone has confirmed.
    func confirmedBrowser(by phone: Phone, at address: String = "127.0.0.1") async throws -> Browser
    {
        let browser = Browser(self, at: address)
        try await phone.agree(to: try await browser.open())
        return browser
    }

    /// A scene that was never made, another one for each number.
    static func unknownScene(_ number: Int) -> String {
        var dice = SeededDice(seed: UInt64(1_000_000 + number))
        return SceneID(using: &dice).exposed
    }
}
