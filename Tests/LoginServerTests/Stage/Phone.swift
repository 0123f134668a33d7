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
