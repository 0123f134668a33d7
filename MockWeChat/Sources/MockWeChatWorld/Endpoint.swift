/// One of WeChat's calls: what is checked before it, and what it does.
///
/// Each call has a file of its own that makes one of these, and a line in `all`.
struct Endpoint: Sendable {
    enum Method: Sendable {
        case get
        case post
    }

    enum Credential: Sendable {
        /// The query carries an access_token of an app.
        case accessToken
        /// The call itself carries appid and secret.
        case secret
    }

    enum BodyForm: Sendable {
        /// The call reads no body.
        case none
        /// A JSON object that may have these members.
        case json([String: MemberType])
        /// multipart/form-data with one file of this name (RFC 7578).
        case multipart(field: String)
    }

    /// What a member of a JSON body has to be.
    enum MemberType: Sendable {
        case string
        case bool
        case integer
        /// An object whose members `r`, `g`, `b` are numbers or strings.
        case colour
        /// An object of any members.
        case object
    }

    typealias Answer = @Sendable (inout World, Call) throws(WeChatError) -> Outcome

    let path: String
    let method: Method
    let credential: Credential
    let body: BodyForm
    /// What WeChat's pages say that an app may call.
    var limits = CallLimits()
    /// What more calls than that in a minute answer.
    var minuteError = WeChatError.minuteQuota
    let answer: Answer

    /// Every call the mock knows.
    static let all: [Endpoint] = [
        .token,
        .stableToken,
        .code2session,
        .checkSession,
        .resetSessionKey,
        .unlimitedCode,
        .limitedCode,
        .squareCode,
        .phoneNumber,
        .messageCheck,
        .imageCheck,
        .mediaCheck,
        .subscribeMessage,
        .clearQuota,
        .getQuota,
        .getRequestID,
        .domainAddresses,
        .callbackAddresses,
    ]

    /// Whether only mini-programs have the call; official accounts share those of quotas and addresses.
    private var isForMiniPrograms: Bool {
        path.hasPrefix("/wxa/") || path == Endpoint.squareCode.path
            || path == Endpoint.subscribeMessage.path
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    static func at(_ path: String) -> Endpoint? { byPath[path] }

    /// The code call's refusal of a minute is not settled between two numbers.
    func minuteRefusal(_ switches: WorldSwitches) -> WeChatError {
        path == Endpoint.unlimitedCode.path
            ? WeChatError(switches.codesPerMinuteErrcode) : minuteError
    }
}

// MARK: - The checks before every call

extension Endpoint {
    /// Runs the general checks in WeChat's order, then the call itself; `appid` is set to the app of the
    /// call as soon as that is known.
    func run(
        _ request: WeChatRequest,
        in world: inout World,
        appid: inout String?,
        at now: Moment
    ) throws(WeChatError) -> Outcome {
        switch credential {
        case .accessToken: appid = try world.appid(ofToken: request.value("access_token"), at: now)
        case .secret: break
        }
        try checkMethod(request, world.description.switches)
        var call = Call(request: request, now: now, endpoint: self, appid: appid)
        try readBody(into: &call, world.description.switches)
        if credential == .secret, let name = call.text("appid") ?? call.parameter("appid"),
            world.apps[name] != nil
        {
            appid = name
        }
        if let appid, credential == .accessToken {
            if isForMiniPrograms, world.apps[appid]?.kind == .official { throw .unauthorized }
            try world.checkQuota(self, for: appid, at: now)
        }
        return try answer(&world, call)
    }

    private func checkMethod(
        _ request: WeChatRequest,
        _ switches: WorldSwitches
    ) throws(WeChatError) {
        switch method {
        case .get:
            let isPost = request.method == "POST" && switches.getCallsAcceptPost
            guard request.method == "GET" || isPost else { throw .getRequired }
        case .post: guard request.method == "POST" else { throw .postRequired }
        }
    }

    /// The body is parsed as JSON whatever its content type says; SDKs send several.
    ///
    /// Unknown members and wrong types are refused: about seven reports of 47001 for
    /// getwxacodeunlimit, 2020 to 2023, have no other explanation.
    private func readBody(into call: inout Call, _ switches: WorldSwitches) throws(WeChatError) {
        switch body {
        case .none: return
        case .multipart(let field):
            guard !call.request.body.isEmpty else { throw .emptyBody }
            guard let parts = MultipartForm(call.request), let file = parts.file(named: field)
            else { throw .dataFormat }
            call.file = file
        case .json(let known):
            guard !call.request.body.isEmpty else { throw .emptyBody }
            guard let body = JSON(parsing: call.request.body), let members = body.members else {
                throw .dataFormat
            }
            for member in members {
                guard let type = known[member.name] else {
                    if switches.ignoresUnknownMembers { continue }
                    throw .dataFormat
                }
                if member.value == .null { continue }
                guard let value = type.taken(member.value, switches) else { throw .dataFormat }
                call.members[member.name] = value
            }
        }
    }
}

extension Endpoint.MemberType {
    /// The value as this type, or nil when it is none.
    fileprivate func taken(_ value: JSON, _ switches: WorldSwitches) -> JSON? {
        switch (self, value) {
        case (.string, .string), (.bool, .bool), (.integer, .integer), (.object, .object):
            return value
        case (.integer, .string(let text)):
            // A post of 2018 had "width":"180" and got a picture.
            guard switches.takesNumbersAsText, let number = Int(text) else { return nil }
            return .integer(number)
        case (.colour, .object(let members)):
            let isColour = members.allSatisfy { member in
                guard ["r", "g", "b"].contains(member.name) else { return false }
                switch member.value {
                case .integer, .string, .null: return true
                case .bool, .number, .array, .object: return false
                }
            }
            return isColour ? value : nil
        case (.string, _), (.bool, _), (.integer, _), (.colour, _), (.object, _): return nil
        }
    }
}
