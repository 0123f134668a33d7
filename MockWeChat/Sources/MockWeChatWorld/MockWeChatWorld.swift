/// WeChat as a pure function: a world and a call give the world after it and an answer.
///
/// Owns: what WeChat knows (apps, people, tokens, codes, keys), every rule of its calls, faults,
/// quotas, the journal, the mock's clock, and the dice that all chance comes from.
/// Does not own: sockets, HTTP heads, pixels, the machine's clock. It sees no room of the house: what
/// it shares with a client is only the bytes in `Fixtures/WeChat`.
/// Called by: `MockWeChatServer`, which keeps one world under one lock.
///
/// A new call of WeChat's is a file `Endpoint+Name.swift` and a line in `Endpoint.all`.

/// All that the mock knows.
///
/// Same seed, same calls, frozen clock: same answers, byte for byte.
package struct World: Sendable {
    /// What the world began with, and what was added since.
    package internal(set) var description: WorldDescription
    private let start: WorldDescription

    var dice: Dice
    var clock: WorldClock
    // Looked up by key and never walked; the order that shows is that of `description`.
    var apps: [String: AppDescription] = [:]
    var people: [String: PersonDescription] = [:]
    var accessTokens = BoundedTable<String, AccessToken>(countMax: WorldLimits.accessTokensMax)
    var appTokens: [String: AppTokens] = [:]
    var loginCodes = BoundedTable<String, LoginCode>(countMax: WorldLimits.loginCodesMax)
    var sessionKeys: [UserKey: SessionKey] = [:]
    var codes = BoundedTable<String, CodeRecord>(countMax: WorldLimits.codePicturesMax)
    var quotas = Quotas()
    var faults = Faults()
    var journal = Journal()

    package init(_ description: WorldDescription) {
        self.description = description
        start = description
        dice = Dice(seed: description.seed)
        clock = WorldClock(description.clock)
        for app in description.apps { apps[app.appid] = app }
        for person in description.people { people[person.name] = person }
    }

    /// Puts the world back to its start: seed, clock, journal, faults, quotas, everything.
    package mutating func reset() {
        self = World(start)
    }

    /// The mock's time when the machine's clock shows `real`.
    package mutating func now(real: Moment) -> Moment {
        clock.now(real: real)
    }
}

// MARK: - Answering

extension World {
    /// Answers one call to a WeChat path and writes it into the journal.
    ///
    /// - Parameters:
    ///   - request: The call.
    ///   - now: The mock's time.
    /// - Returns: The answer, and how long to wait before giving it.
    package mutating func answer(_ request: WeChatRequest, at now: Moment) -> WeChatReply {
        let fault = faults.meet(path: request.path, dice: &dice)
        let response = response(to: request, fault: fault, at: now)
        let sequence = journal.add(at: now, request: request, response: response, fault: fault)
        return WeChatReply(
            response: response,
            at: now,
            delayMilliseconds: fault?.delayMilliseconds ?? 0,
            sequence: sequence
        )
    }

    /// Notes the picture that was drawn for an answer.
    package mutating func note(_ picture: DrawnPicture, for sequence: Int) {
        journal.note(picture, for: sequence)
    }

    private mutating func response(
        to request: WeChatRequest,
        fault: Fault?,
        at now: Moment
    ) -> WeChatResponse {
        let family = PathFamily(path: request.path)
        guard let fault, fault.replacement != .none else { return judge(request, family, at: now) }
        switch fault.effect {
        case .before: break
        case .after: _ = judge(request, family, at: now)
        }
        switch fault.replacement {
        case .error(let error): return refusal(error, family, at: now)
        case .http(let status, let body):
            return WeChatResponse(
                status: status,
                contentType: family.contentType,
                body: .bytes(body)
            )
        case .none: return judge(request, family, at: now)
        }
    }

    /// What WeChat itself answers.
    private mutating func judge(
        _ request: WeChatRequest,
        _ family: PathFamily,
        at now: Moment
    ) -> WeChatResponse {
        do throws(WeChatError) {
            guard let endpoint = Endpoint.at(request.path) else { throw .invalidURL }
            switch try endpoint.run(request, in: &self, at: now) {
            case .json(let json):
                // The slash in a session_key was seen escaped (observed 2021).
                let slash: JSON.Slash = family == .sns ? .escaped : .plain
                return WeChatResponse(
                    contentType: family.contentType,
                    body: .bytes(json.bytes(slash: slash))
                )
            case .picture(let order):
                return WeChatResponse(
                    contentType: description.switches.imageContentType,
                    body: .picture(order)
                )
            }
        } catch {
            return refusal(error, family, at: now)
        }
    }

    /// A refusal is HTTP 200 with the number and the text in JSON.
    private mutating func refusal(
        _ error: WeChatError,
        _ family: PathFamily,
        at now: Moment
    ) -> WeChatResponse {
        var text = error.text(in: family) ?? "unknown error"
        if error.hasRequestID { text += "\(family.joiner)rid: \(requestID(at: now))" }
        let body: JSON = ["errcode": .integer(error.code), "errmsg": .string(text)]
        return WeChatResponse(contentType: family.contentType, body: .bytes(body.bytes()))
    }

    /// WeChat page api_getridinfo: the call's second in hex, then two groups that look random.
    ///
    /// About 40 published samples have both below 80000000.
    private mutating func requestID(at now: Moment) -> String {
        let groups = [
            UInt32(truncatingIfNeeded: now.seconds),
            UInt32(truncatingIfNeeded: dice.next() >> 33),
            UInt32(truncatingIfNeeded: dice.next() >> 33),
        ]
        let texts = groups.map { group in
            let digits = String(group, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        return texts.joined(separator: "-")
    }
}
