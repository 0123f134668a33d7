import HTTPTransport
import HTTPTypes
import LoginDomain
import MockWeChatWorld
import Synchronization

/// WeChat, as the mock's pure function, and the people whose phones it knows.
final class SimulatedWeChat: Sendable {
    private let world: Mutex<World>
    static let appID = "wx0123456789abcdef"
    static let appSecret = "0123456789abcdef0123456789abcdef"
    /// What a picture begins with; after it comes what it says, in clear.
    static let pictureMark: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init(seed: UInt64) {
        var description = WorldDescription.standard
        description.seed = seed & UInt64(Int64.max)
        world = Mutex(World(description))
    }

    private static func moment(_ now: Int64) -> Moment {
        Moment(milliseconds: Stage.epoch + now)
    }

    /// A person joins, once.
    func add(_ person: String) {
        world.withLock { world in
            _ = try? world.addPerson(["name": .string(person), "nickname": .string(person)])
        }
    }

    /// What wx.login gives a person's phone.
    func code(for person: String, at now: Int64) -> String {
        world.withLock { world in
            let answer = try? world.login(
                person: person,
                ["appid": .string(Self.appID)],
                at: Self.moment(now)
            )
            return answer?["code"]?.string ?? ""
        }
    }

    /// What a person's phone reads in a picture: the scene, and how it was read.
    func scan(
        _ picture: [UInt8],
        by person: String,
        _ way: ScanWay
    ) -> (scene: String, launch: Int)? {
        guard picture.starts(with: Self.pictureMark) else { return nil }
        let text = String(decoding: picture.dropFirst(Self.pictureMark.count), as: UTF8.self)
        return world.withLock { world in
            guard let launch = try? world.scan(person: person, way: way, texts: [text]),
                let scene = launch["query"]?["scene"]?.string,
                let value = launch["scene"]?.integer
            else { return nil }
            return (scene, value)
        }
    }

    /// What a picture says to WeChat alone, for the model.
    func scene(in picture: [UInt8]) -> String {
        scan(picture, by: "alice", .camera)?.scene ?? ""
    }

    func answer(_ call: HTTPCall, at now: Int64) -> HTTPAnswer {
        let request = WeChatRequest(
            method: call.request.method.rawValue,
            target: call.request.path ?? "/",
            headers: HeaderBlock([HeaderField("content-type", "application/json")]),
            body: call.body,
            isEncrypted: true
        )
        let response = world.withLock { $0.answer(request, at: Self.moment(now)).response }
        let body: [UInt8] =
            switch response.body {
            case .bytes(let bytes): bytes
            case .picture(let order): Self.pictureMark + order.text.utf8
            }
        return HTTPAnswer(HTTPResponse(status: .init(code: response.status)), body: body)
    }

    /// Somebody else who has the AppSecret refreshes the access token by force.
    func refreshByForce(at now: Int64) {
        let body =
            #"{"grant_type":"client_credential","appid":"\#(Self.appID)","#
            + #""secret":"\#(Self.appSecret)","force_refresh":true}"#
        let request = HTTPRequest(
            method: .post,
            scheme: "https",
            authority: "api.weixin.qq.com",
            path: "/cgi-bin/stable_token"
        )
        _ = answer(HTTPCall(request, body: Array(body.utf8)), at: now)
    }
}

/// One node's line to WeChat, with everything that can go wrong on it.
///
/// Also the witness of what a node asks: how often, and what twice (I18).
final class WeChatLine: HTTPTransport {
    private let stage: Stage
    private let life: NodeLife
    private let asked = Mutex(Asked())

    private struct Asked {
        var tokensInFlight = 0
        var forcedAt: [Int64] = []
        /// When each distinct scene was asked for.
        var scenes: Set<String> = []
        var scenesAt: [Int64] = []
    }

    /// Errcodes that WeChat documents for these calls, and what it says of itself when it is busy.
    private static let errcodes = [
        -1, 40001, 40014, 40029, 40125, 40163, 40164, 40226, 41030, 42001, 45009, 45011, 45063,
    ]

    /// How long a busy WeChat takes, in milliseconds: calls one after the other would show.
    private static let busy: Int64 = 100

    init(stage: Stage, life: NodeLife) {
        self.stage = stage
        self.life = life
    }

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let path = call.request.path ?? ""
        witness(call, path)
        defer { if path.hasPrefix("/cgi-bin/") { asked.withLock { $0.tokensInFlight -= 1 } } }
        let answer = try await carry(call, path)
        guard life.isAlive else { throw .cancelled }
        guard answer.body.count <= call.answerBytesMax else { throw .answerTooLarge }
        return answer
    }

    private func carry(
        _ call: HTTPCall,
        _ path: String
    ) async throws(HTTPTransportError) -> HTTPAnswer {
        guard life.isAlive else { throw .cancelled }
        if stage.strikes(stage.options.weChatUnreachable, .weChatUnreachable) {
            try await wait(stage.roll { Int64($0.one(of: [0, 20, 2000])) })
            throw .unreachable
        }
        if stage.strikes(stage.options.weChatSlow, .weChatSlow) {
            let late = stage.roll { Int64($0.within(200...9000)) }
            if late >= call.timeout.wholeMilliseconds {
                // WeChat acts all the same, after we gave up.
                if stage.roll({ $0.chance(0.5) }) {
                    stage.coverage.reach("fault: \(Fault.weChatLate.rawValue)")
                    stage.clock.at(stage.clock.now + late) { [stage] in
                        _ = stage.weChat.answer(call, at: stage.clock.now)
                    }
                }
                try await wait(call.timeout.wholeMilliseconds)
                throw .timedOut
            }
            try await wait(late)
        } else {
            let usual = stage.roll { Int64($0.within(0...30)) }
            try await wait(stage.isWeChatBusy ? Self.busy : usual)
        }
        guard life.isAlive else { throw .cancelled }
        if stage.strikes(stage.options.weChatErrors, .weChatError) {
            let errcode = stage.roll { $0.one(of: Self.errcodes) }
            stage.note("wechat answers \(errcode) to node \(life.name)")
            return Self.json(#"{"errcode":\#(errcode),"errmsg":"simulated"}"#)
        }
        if stage.strikes(stage.options.weChatGarbage, .weChatGarbage) {
            let texts = ["", "<html>502</html>", "{", #"{"openid":"short"}"#, "null", "[]"]
            return Self.json(stage.roll { $0.one(of: texts) })
        }
        let answer = stage.weChat.answer(call, at: stage.clock.now)
        if path.hasPrefix("/cgi-bin/"), let token = answer.body.text(after: #""access_token":""#) {
            stage.model.gaveAccessToken(token)
        }
        stage.note("wechat \(path.prefix { $0 != "?" }) for node \(life.name)")
        if stage.strikes(stage.options.weChatLostAnswers, .weChatLostAnswer) {
            if stage.roll({ $0.chance(0.5) }) { throw .cutOff }
            try await wait(call.timeout.wholeMilliseconds)
            throw .timedOut
        }
        return answer
    }

    private func wait(_ milliseconds: Int64) async throws(HTTPTransportError) {
        guard milliseconds > 0 else { return }
        do {
            try await stage.clock.sleep(milliseconds)
        } catch {
            throw .cancelled
        }
    }

    private static func json(_ text: String) -> HTTPAnswer {
        HTTPAnswer(HTTPResponse(status: .ok), body: Array(text.utf8))
    }

    // MARK: - I18

    private func witness(_ call: HTTPCall, _ path: String) {
        let now = stage.clock.now
        if path.hasPrefix("/sns/jscode2session") {
            // It is remembered for twice as long as WeChat's codes live, and no longer.
            let remembered = stage.options.policy.usedCode.wholeMilliseconds
            if let before = stage.weChatCodes.see(path, at: now),
                now - before < remembered - stage.options.skew
            {
                stage.model.violate("I18", "a js_code was shown to WeChat twice")
            }
        } else if path.hasPrefix("/cgi-bin/") {
            let isForced = call.body.end(of: #""force_refresh":true"#) != nil
            let (flight, tooSoon, tooMany) = asked.withLock { asked in
                asked.tokensInFlight += 1
                guard isForced else { return (asked.tokensInFlight, false, false) }
                let tooSoon = asked.forcedAt.last.map { now - $0 < 30_000 } ?? false
                asked.forcedAt.append(now)
                return (asked.tokensInFlight, tooSoon, asked.forcedAt.count > 10)
            }
            if flight > 1 { stage.model.violate("I18", "two calls for an access token at once") }
            if tooSoon { stage.model.violate("I18", "two forced refreshes in 30 s") }
            if tooMany { stage.model.violate("I18", "more than ten forced refreshes") }
        } else {
            let scene = call.body.text(after: #""scene":""#)
            let count = asked.withLock { asked in
                if asked.scenes.insert(scene ?? "").inserted { asked.scenesAt.append(now) }
                // The budget counts who asks; a place at WeChat may take five seconds to get.
                return asked.scenesAt.count { $0 > now - 55_000 }
            }
            if count > stage.options.policy.codesPerMinute {
                stage.model.violate("I18", "\(count) codes in a minute")
            }
        }
    }
}
