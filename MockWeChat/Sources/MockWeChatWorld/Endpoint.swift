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

    /// What a member of a JSON body has to be.
    enum MemberType: Sendable {
        case string
        case bool
        case integer
        /// An object whose members `r`, `g`, `b` are numbers or strings.
        case colour
    }

    typealias Answer = @Sendable (inout World, Call) throws(WeChatError) -> Outcome

    let path: String
    let method: Method
    let credential: Credential
    /// The members that a JSON body may have; nil for a call that reads no body.
    let members: [String: MemberType]?
    let answer: Answer

    /// Every call the mock knows.
    static let all: [Endpoint] = [
        .token,
        .stableToken,
        .code2session,
        .unlimitedCode,
    ]

    static func at(_ path: String) -> Endpoint? {
        all.first { $0.path == path }
    }
}

// MARK: - The checks before every call

extension Endpoint {
    /// Runs the general checks in WeChat's order, then the call itself.
    func run(
        _ request: WeChatRequest,
        in world: inout World,
        at now: Moment
    ) throws(WeChatError) -> Outcome {
        var appid: String?
        switch credential {
        case .accessToken: appid = try world.appid(ofToken: request.value("access_token"), at: now)
        case .secret: break
        }
        try checkMethod(request)
        let members = try parseBody(request)
        if let appid, world.apps[appid]?.kind == .official { throw .unauthorized }
        return try answer(
            &world,
            Call(request: request, now: now, appid: appid, members: members)
        )
    }

    private func checkMethod(_ request: WeChatRequest) throws(WeChatError) {
        switch method {
        case .get: guard request.method == "GET" else { throw .getRequired }
        case .post: guard request.method == "POST" else { throw .postRequired }
        }
    }

    /// The body is parsed as JSON whatever its content type says; SDKs send several.
    ///
    /// Unknown members and wrong types are refused: about seven reports of 47001 for
    /// getwxacodeunlimit, 2020 to 2023, have no other explanation.
    private func parseBody(_ request: WeChatRequest) throws(WeChatError) -> [String: JSON] {
        guard let known = members else { return [:] }
        guard !request.body.isEmpty else { throw .emptyBody }
        guard let body = JSON(parsing: request.body), let members = body.members else {
            throw .dataFormat
        }
        var present: [String: JSON] = [:]
        for member in members {
            guard let type = known[member.name] else { throw .dataFormat }
            if member.value == .null { continue }
            guard type.accepts(member.value) else { throw .dataFormat }
            present[member.name] = member.value
        }
        return present
    }
}

extension Endpoint.MemberType {
    func accepts(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.string, .string), (.bool, .bool), (.integer, .integer): true
        case (.colour, .object(let members)):
            members.allSatisfy { member in
                guard ["r", "g", "b"].contains(member.name) else { return false }
                switch member.value {
                case .integer, .string, .null: return true
                case .bool, .number, .array, .object: return false
                }
            }
        case (.string, _), (.bool, _), (.integer, _), (.colour, _): false
        }
    }
}
