import LoginDomain
import Synchronization

/// A browser on our own page: keeps cookies, and says on a POST what the page's script says.
final class Browser: Sendable {
    let stage: EdgeStage
    let address: String
    let userAgent: String
    private let jar: Mutex<[String: String]>

    init(
        _ stage: EdgeStage,
        at address: String = "127.0.0.1",
        cookies: [String: String] = [:],
        userAgent: String = Browser.userAgent
    ) {
        self.userAgent = userAgent
        self.stage = stage
        self.address = address
        self.jar = Mutex(cookies)
    }

    static let userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"

    /// Name to value.
    var cookies: [String: String] { jar.withLock { $0 } }

    /// The header that carries them; nothing when there are none.
    var cookieFields: [Call.Field] {
        let pairs = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return pairs.isEmpty ? [] : [Call.Field("Cookie", pairs.joined(separator: "; "))]
    }

    var fields: [Call.Field] { [Call.Field("User-Agent", userAgent)] + cookieFields }

    /// What only our own page can say.
    var ownPage: [Call.Field] {
        [Call.Field("Origin", stage.origin), Call.Field("X-SL", "1")]
    }

    /// The same browser at this moment: another tab that has not heard of what follows.
    func copy() -> Browser {
        Browser(stage, at: address, cookies: cookies, userAgent: userAgent)
    }

    func get(_ target: String, _ more: [Call.Field] = []) async throws -> Answer {
        try await send(Call("GET", target, fields + more))
    }

    func post(
        _ target: String,
        _ more: [Call.Field] = [],
        body: [UInt8] = []
    ) async throws -> Answer {
        try await send(Call("POST", target, fields + ownPage + more, body: body))
    }

    private func send(_ call: Call) async throws -> Answer {
        let answer = try await stage.send(call, from: address)
        keep(answer)
        return answer
    }

    private func keep(_ answer: Answer) {
        for cookie in answer.all("Set-Cookie") {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            let name = String(pair[0])
            let isGone = cookie.contains("Max-Age=0")
            jar.withLock { $0[name] = isGone || pair.count < 2 ? nil : String(pair[1]) }
        }
    }

    /// Asks for a code.
    ///
    /// - Returns: the scene in it.
    func open() async throws -> String {
        try stage.scene(in: try await post("/attempt"))
    }

    /// `GET /attempt`'s state.
    func state() async throws -> String? {
        try await get("/attempt").text("data.state")
    }

    func complete() async throws -> Answer {
        try await post("/attempt/complete")
    }
}
