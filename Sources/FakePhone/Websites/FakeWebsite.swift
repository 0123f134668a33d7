internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import HTTPTypes

/// What a website needs to be a client of the login server.
package struct WebsiteRegistration: Sendable, Equatable {
    package var clientID: String
    package var clientSecret: String

    package init(clientID: String, clientSecret: String) {
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}

/// A website that has its users logged in by OpenID Connect: what its server knows and asks.
///
/// Written from the RFCs (6749, 7636, 9207; OpenID Connect Core, RP-Initiated Logout) and not from the
/// server's code. Its pages are nowhere: whoever is sent to it hands over the address they came to.
struct FakeWebsite: Sendable {
    let name: String
    let registration: WebsiteRegistration
    let login: ServerAddress
    let line: Line
    /// What it knows of a browser, by the browser's name.
    var visits: [String: Visit] = [:]

    /// One browser's login, as the website remembers it.
    struct Visit: Sendable {
        var state: String
        var nonce: String
        var verifier: String
        var code: String?
        var idToken: String?
        var accessToken: String?
    }

    /// Where its browsers come back to.
    static func callback(of name: String) -> String { "https://\(name).example/callback" }
    /// Where they go after a logout.
    static func goodbye(of name: String) -> String { "https://\(name).example/goodbye" }

    // MARK: Sending a browser

    /// Begins a login.
    ///
    /// - Parameters:
    ///   - browser: Whose.
    ///   - dice: For state, nonce and verifier.
    ///   - more: Parameters beside the usual ones, or in their place.
    /// - Returns: The path that the browser goes to.
    mutating func begin(_ browser: String, _ dice: Dice, _ more: [String: String]) -> String {
        var visit = Visit(
            state: dice.scene(characters: 32),
            nonce: dice.scene(characters: 32),
            verifier: dice.scene(characters: 64)
        )
        // An ID token that it has of this browser stays good for its logout.
        visit.idToken = visits[browser]?.idToken
        visits[browser] = visit
        let digest = SHA256.hash(data: Data(visit.verifier.utf8))
        var parameters = [
            "client_id": registration.clientID, "redirect_uri": Self.callback(of: name),
            "response_type": "code", "scope": "openid profile", "state": visit.state,
            "nonce": visit.nonce, "code_challenge": Self.base64URL(Data(digest)),
            "code_challenge_method": "S256",
        ]
        parameters.merge(more) { $1 }
        return "/authorize?\(Self.form(parameters))"
    }

    /// Takes in where a browser was sent: code or error, state and issuer, each checked.
    ///
    /// - Returns: `code`, or the error's name; nil when it is not this website's own callback, or not
    ///   an answer to what it asked.
    mutating func take(_ location: String?, of browser: String) -> String? {
        guard let location, var visit = visits[browser],
            location.hasPrefix(Self.callback(of: name) + "?"),
            let items = URLComponents(string: location)?.queryItems
        else { return nil }
        let values = Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        guard items.count == values.count, values["state"] == visit.state,
            values["iss"] == login.origin
        else { return nil }
        if let error = values["error"] { return error }
        guard let code = values["code"], !code.isEmpty else { return nil }
        visit.code = code
        visits[browser] = visit
        return "code"
    }

    /// The path of a logout; without proof the person is asked.
    func goodbyePath(_ browser: String, hasProof: Bool) -> String {
        var parameters = [
            "post_logout_redirect_uri": Self.goodbye(of: name), "state": "bye",
            "client_id": registration.clientID,
        ]
        if hasProof { parameters["id_token_hint"] = visits[browser]?.idToken }
        return "/end_session?\(Self.form(parameters))"
    }

    // MARK: Asking the server

    /// Exchanges a code for tokens, and checks them.
    ///
    /// - Parameters:
    ///   - code: The code; its own browser's unless it stole one.
    ///   - browser: Whose login it is.
    ///   - verifier: Another one than the browser's.
    ///   - callback: Another one than its own.
    /// - Returns: The answer; not accepted when a token is not what it must be.
    /// - Throws: when there is no answer.
    mutating func redeem(
        _ code: String,
        of browser: String,
        verifier: String? = nil,
        callback: String? = nil
    ) async throws(FakePhoneError) -> Reply {
        var reply = try await ask(
            "/token",
            [
                "grant_type": "authorization_code", "code": code,
                "redirect_uri": callback ?? Self.callback(of: name),
                "code_verifier": verifier ?? visits[browser]?.verifier ?? "",
            ]
        )
        guard reply.isOK else { return reply }
        let idToken = reply.json?["id_token"]?.string
        visits[browser]?.idToken = idToken
        visits[browser]?.accessToken = reply.json?["access_token"]?.string
        reply.isAccepted = try await isGood(idToken, visits[browser]?.nonce)
        return reply
    }

    /// Asks who the user is.
    func userInfo(of browser: String) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.authorization] = "Bearer \(visits[browser]?.accessToken ?? "")"
        return try await line.say(.get, "/userinfo", to: login, fields: fields)
    }

    /// Gives its access token back.
    func revoke(of browser: String) async throws(FakePhoneError) -> Reply {
        try await ask("/revoke", ["token": visits[browser]?.accessToken ?? ""])
    }

    private func ask(
        _ path: String,
        _ parameters: [String: String]
    ) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.contentType] = "application/x-www-form-urlencoded"
        let pair = "\(registration.clientID):\(registration.clientSecret)"
        fields[.authorization] = "Basic \(Data(pair.utf8).base64EncodedString())"
        let body = Array(Self.form(parameters).utf8)
        return try await line.say(.post, path, to: login, fields: fields, body: body)
    }

    // MARK: Checking

    /// Whether an ID token is for this website and this login, and signed by a published key
    /// (OpenID Connect Core section 3.1.3.7).
    ///
    /// How old it is does not matter here: a story may have moved a clock.
    private func isGood(_ token: String?, _ nonce: String?) async throws(FakePhoneError) -> Bool {
        let parts = token?.split(separator: ".").map(String.init) ?? []
        guard parts.count == 3, let head = Self.json(parts[0]), let claims = Self.json(parts[1]),
            let signature = Self.data(parts[2]), claims["iss"]?.string == login.origin,
            claims["aud"]?.string == registration.clientID, claims["nonce"]?.string == nonce,
            claims["sub"]?.string?.isEmpty == false
        else { return false }
        let keys = try await line.say(.get, "/jwks.json", to: login)
        guard case .array(let list) = keys.json?["keys"],
            let key = list.first(where: { $0["kid"]?.string == head["kid"]?.string })
        else { return false }
        return Self.isSigned(Data("\(parts[0]).\(parts[1])".utf8), signature, by: key)
    }

    private static func isSigned(_ text: Data, _ signature: Data, by key: JSONValue) -> Bool {
        let part = { (name: String) in key[name]?.string.flatMap(data) ?? Data() }
        let digest = SHA256.hash(data: text)
        switch key["alg"]?.string {
        case "RS256":
            let key = try? _RSA.Signing.PublicKey(n: part("n"), e: part("e"))
            return key?.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: digest,
                padding: .insecurePKCS1v1_5
            ) ?? false
        case "ES256":
            let key = try? P256.Signing.PublicKey(rawRepresentation: part("x") + part("y"))
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            return signature.flatMap { key?.isValidSignature($0, for: digest) } ?? false
        default:
            return false
        }
    }

    private static func json(_ part: String) -> JSONValue? {
        data(part).flatMap { JSONValue(Array($0)) }
    }

    private static func data(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// `application/x-www-form-urlencoded`, by name.
    private static func form(_ parameters: [String: String]) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        return parameters.sorted { $0.key < $1.key }
            .map {
                "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")"
            }
            .joined(separator: "&")
    }
}
