import MockWeChatWorld

/// A world whose time stands still until a test moves it, and short words for calling it.
struct Stage {
    static let appid = "wx0123456789abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"
    static let start = Moment(seconds: 1_767_225_600)

    var world: World
    var now: Moment

    /// The default world with changes.
    init(seed: UInt64 = 1, _ change: (inout WorldDescription) -> Void = { _ in }) {
        var description = WorldDescription.standard
        description.seed = seed
        description.clock = ClockDescription(mode: .frozen, start: Self.start)
        change(&description)
        world = World(description)
        now = Self.start
    }

    /// Puts the time `seconds` after the start.
    mutating func at(_ seconds: Double) {
        now = Moment(milliseconds: Self.start.milliseconds + Int64(seconds * 1000))
    }

    // MARK: Calls

    mutating func reply(
        _ method: String,
        _ target: String,
        body: String = "",
        from ip: String = "127.0.0.1"
    ) -> WeChatResponse {
        let request = WeChatRequest(
            method: method,
            target: target,
            body: Array(body.utf8),
            callerIP: ip
        )
        return world.answer(request, at: now).response
    }

    mutating func call(
        _ method: String,
        _ target: String,
        body: String = "",
        from ip: String = "127.0.0.1"
    ) -> Answer {
        Answer(reply(method, target, body: body, from: ip))
    }

    mutating func token(secret: String = Stage.secret, from ip: String = "127.0.0.1") -> Answer {
        let query = "grant_type=client_credential&appid=\(Self.appid)&secret=\(secret)"
        return call("GET", "/cgi-bin/token?\(query)", from: ip)
    }

    mutating func stableToken(force: Bool = false) -> Answer {
        let body = """
            {"grant_type":"client_credential","appid":"\(Self.appid)","secret":"\(Self.secret)",\
            "force_refresh":\(force)}
            """
        return call("POST", "/cgi-bin/stable_token", body: body)
    }

    mutating func session(code: String, appid: String = Stage.appid) -> Answer {
        let query = "appid=\(appid)&secret=\(Self.secret)&js_code=\(code)"
        return call("GET", "/sns/jscode2session?\(query)&grant_type=authorization_code")
    }

    mutating func code(_ body: String, token: String) -> Answer {
        call("POST", "/wxa/getwxacodeunlimit?access_token=\(token)", body: body)
    }

    mutating func login(_ person: String, appid: String = Stage.appid) throws -> String {
        let json = try world.login(person: person, ["appid": .string(appid)], at: now)
        return json["code"]?.string ?? ""
    }

    /// Whether a token may make codes now; nil when it may.
    mutating func refusal(of token: String) -> Int? {
        code(#"{"scene":"a"}"#, token: token).errcode
    }
}
