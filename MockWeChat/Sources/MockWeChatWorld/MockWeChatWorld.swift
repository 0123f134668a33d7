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
    var sessionKeyResets: [UserKey: CallCounter] = [:]
    var lastActive: [UserKey: Moment] = [:]
    var openids: [UserKey: String] = [:]
    var openidOwners: [String: [String: String]] = [:]
    var codes = BoundedTable<String, CodeRecord>(countMax: WorldLimits.codePicturesMax)
    /// Ids, the oldest first.
    var recentCodes: [(id: String, at: Moment)] = []
    var limitedCodes: [String: Int] = [:]
    var uncheckedPages: [String: Set<String>] = [:]
    var phoneNumberCodes = BoundedTable<String, PhoneNumberCode>(
        countMax: WorldLimits.phoneNumberCodesMax
    )
    var subscriptions: [SubscriptionKey: Int] = [:]
    var calls: [AppCall: CallCounter] = [:]
    var userCalls: [UserKey: CallCounter] = [:]
    /// What the whole run has called, by path: a reset does not give it back.
    var spent: [String: CallCounter] = [:]
    var quotaClears: [String: (month: Int64, count: Int)] = [:]
    var events: [JSON] = []
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

    /// Puts the world back to its start: seed, clock, journal, faults, quotas, everything but the count
    /// that a budget is held against.
    package mutating func reset() {
        let spent = spent
        self = World(start)
        self.spent = spent
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
        var verdict = Verdict()
        let response = response(to: request, fault: fault, &verdict, at: now)
        if Endpoint.at(request.path) != nil {
            spent[request.path, default: CallCounter()].note(succeeded: verdict.succeeded, at: now)
        }
        let sequence = journal.add { sequence in
            JournalEntry(
                sequence: sequence,
                at: now,
                request: request,
                response: response,
                appid: verdict.appid,
                errcode: verdict.errcode,
                fault: fault
            )
        }
        return WeChatReply(
            response: response,
            at: now,
            delayMilliseconds: fault?.delayMilliseconds ?? 0,
            cut: fault?.cut,
            flow: fault?.flow,
            sequence: sequence
        )
    }

    /// What the journal wants to know beside the bytes.
    private struct Verdict {
        var appid: String?
        var errcode: Int?
        /// Whether the world took the call, whatever the caller was told.
        var succeeded = false
    }

    private mutating func response(
        to request: WeChatRequest,
        fault: Fault?,
        _ verdict: inout Verdict,
        at now: Moment
    ) -> WeChatResponse {
        let family = PathFamily(path: request.path)
        guard let fault, fault.replacement != .none || fault.cut != nil else {
            return judge(request, family, &verdict, at: now)
        }
        switch (fault.effect, fault.replacement) {
        case (.after, .none): return judge(request, family, &verdict, at: now)
        case (.after, _): _ = judge(request, family, &verdict, at: now)
        case (.before, .none):
            // Half of the true answer is sent, but the world never heard the call.
            var unheard = self
            return unheard.judge(request, family, &verdict, at: now)
        case (.before, _): break
        }
        switch fault.replacement {
        case .error(let error):
            verdict.errcode = error.code
            return refusal(error, family, at: now)
        case .http(let status, let body):
            verdict.errcode = JSON(parsing: body)?["errcode"]?.integer
            return WeChatResponse(
                status: status,
                contentType: family.contentType,
                body: .bytes(body)
            )
        case .none: return judge(request, family, &verdict, at: now)
        }
    }

    /// What WeChat itself answers.
    private mutating func judge(
        _ request: WeChatRequest,
        _ family: PathFamily,
        _ verdict: inout Verdict,
        at now: Moment
    ) -> WeChatResponse {
        let endpoint = Endpoint.at(request.path)
        do throws(WeChatError) {
            if request.isForWeChatInClear { throw .encryptionRequired }
            guard let endpoint else { throw .invalidURL }
            let outcome = try endpoint.run(request, in: &self, appid: &verdict.appid, at: now)
            verdict.succeeded = true
            if let appid = verdict.appid { note(endpoint, by: appid, succeeded: true, at: now) }
            switch outcome.content {
            case .json(let json):
                // The slash in a session_key was seen escaped (observed 2021).
                let slash: JSON.Slash = family == .sns ? .escaped : .plain
                return WeChatResponse(
                    contentType: family.contentType,
                    fields: outcome.fields,
                    body: .bytes(json.bytes(slash: slash))
                )
            case .picture(let order):
                return WeChatResponse(
                    contentType: description.switches.imageContentType,
                    fields: outcome.fields,
                    body: .picture(order)
                )
            }
        } catch {
            if let endpoint, let appid = verdict.appid {
                note(endpoint, by: appid, succeeded: false, at: now)
            }
            verdict.errcode = error.code
            return refusal(error, family, at: now)
        }
    }

    /// A refusal is HTTP 200 with the number and the text in JSON.
    private mutating func refusal(
        _ error: WeChatError,
        _ family: PathFamily,
        at now: Moment
    ) -> WeChatResponse {
        let switches = description.switches
        var text =
            switches.texts.last { $0.errcode == error.code && !error.isVerbatim }?.text
            ?? error.text(in: family) ?? "unknown error"
        if !error.isVerbatim, !switches.errcodesWithoutRequestID.contains(error.code) {
            let joiner =
                switches.errcodesWithComma.contains(error.code)
                ? PathFamily.sns.joiner : family.joiner
            text += "\(joiner)rid: \(RequestID(at: now, using: &dice).text)"
        }
        let body: JSON = ["errcode": .integer(error.code), "errmsg": .string(text)]
        return WeChatResponse(contentType: family.contentType, body: .bytes(body.bytes()))
    }

    /// The id of a content check; the form is that of a request id (WeChat page api_msgseccheck).
    mutating func traceID(at now: Moment) -> String {
        RequestID(at: now, using: &dice).text
    }

    /// Keeps what WeChat would push to the app's own server; the oldest is forgotten beyond a limit.
    mutating func addEvent(_ event: JSON) {
        events.append(event)
        if events.count > WorldLimits.eventsMax { events.removeFirst() }
    }
}
