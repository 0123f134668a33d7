import Crypto
import CryptoExtras
import Foundation
import LoginDomain
import LoginService
import LoginStore
import TestSupport

/// A website that logs its users in: a client of OpenID Connect, written from the RFCs and not from
/// our code.
struct Website: Sendable {
    let stage: EdgeStage
    let id: String
    /// Nil for a public client.
    let secret: String?
    let callback: String
    var usesProofKey = true

    struct NotAnswered: Error {}

    /// 43 of the 66 characters there are.
    static let verifier = "website-verifier_0123456789.ABCDEFGHIJKL~xyz"
    static var challenge: String { base64URL(Array(SHA256.hash(data: Data(verifier.utf8)))) }

    // MARK: - Being registered

    struct Registration {
        var id = "shop"
        var name = "Shop"
        var secret: String? = "s3cret-of-the-shop-0123456789abcdef"
        var callbacks = ["https://shop.example/cb"]
        var goodbyes = ["https://shop.example/bye"]
        var isProofKeyRequired = true
        var isPairwise = false
        var numberMatching = NumberMatching.off
        var shares: Set<OpenIDScope> = []
        var allowsRefresh = false
    }

    /// Registers a website, and makes sure that there is a signing key.
    static func register(
        on stage: EdgeStage,
        _ change: (inout Registration) -> Void = { _ in }
    ) async throws -> Website {
        var registration = Registration()
        change(&registration)
        guard let id = RelyingPartyID(text: registration.id) else { throw NotAnswered() }
        let digest = registration.secret.map { SHA256.hash(data: Data($0.utf8)) }
        let party = RelyingParty(
            id: id,
            name: registration.name,
            redirectURIs: try registration.callbacks.map { try RedirectURI(registering: $0) },
            postLogoutRedirectURIs: try registration.goodbyes.map {
                try RedirectURI(registering: $0)
            },
            secret: digest.flatMap { SecretDigest(bytes: Array($0)) },
            isProofKeyRequired: registration.isProofKeyRequired,
            isPairwise: registration.isPairwise,
            numberMatching: registration.numberMatching,
            shares: registration.shares,
            allowsRefresh: registration.allowsRefresh,
            createdAt: stage.time.now()
        )
        guard let party else { throw NotAnswered() }
        try await stage.rows.addRelyingParty(party)
        if try await stage.rows.signingKeys().isEmpty {
            try await stage.rows.addSigningKey(TestKeys.row())
        }
        return Website(
            stage: stage,
            id: registration.id,
            secret: registration.secret,
            callback: registration.callbacks[0],
            usesProofKey: registration.isProofKeyRequired
        )
    }

    // MARK: - Sending a browser

    /// The parameters of a sound request, with changes; nil takes one away.
    func parameters(_ changes: [String: String?] = [:]) -> [(String, String)] {
        var all: [String: String?] = [
            "client_id": id, "redirect_uri": callback, "response_type": "code",
            "scope": "openid profile", "state": "state-1", "nonce": "nonce-1",
        ]
        if usesProofKey {
            all["code_challenge"] = Self.challenge
            all["code_challenge_method"] = "S256"
        }
        all.merge(changes) { $1 }
        return all.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.0 < $1.0 }
    }

    func target(_ changes: [String: String?] = [:]) -> String {
        "/authorize?" + Self.form(parameters(changes))
    }

    /// The website sends a browser.
    func send(_ browser: Browser, _ changes: [String: String?] = [:]) async throws -> Answer {
        try await browser.get(target(changes))
    }

    /// A browser sent by the website, whose login a phone confirms: back with a code.
    func logIn(
        _ browser: Browser,
        by phone: Phone,
        _ changes: [String: String?] = [:]
    ) async throws -> Callback {
        let page = try await send(browser, changes)
        guard page.status == 200 else { throw NotAnswered() }
        try await phone.agree(to: try await browser.open())
        guard try await browser.complete().text("data.redirect") == "/authorize/resume" else {
            throw NotAnswered()
        }
        return try callback(try await browser.get("/authorize/resume"))
    }

    /// Where an answer sends the browser, when that is the website.
    func callback(_ answer: Answer) throws -> Callback {
        guard answer.status == 303, let location = answer["Location"],
            location.hasPrefix(callback + (callback.contains("?") ? "&" : "?"))
        else { throw NotAnswered() }
        return Callback(location)
    }

    /// What came back with a browser.
    struct Callback: Sendable {
        var parameters: [String: String] = [:]
        var location: String

        init(_ location: String) {
            self.location = location
            let items = URLComponents(string: location)?.percentEncodedQueryItems ?? []
            for item in items {
                let value = (item.value ?? "").replacingOccurrences(of: "+", with: " ")
                parameters[item.name] = value.removingPercentEncoding
            }
        }

        var code: String? { parameters["code"] }
        var error: String? { parameters["error"] }
    }

    // MARK: - Asking the server

    enum Proof {
        case basic
        case post
        case nothing
    }

    /// Exchanges a code.
    func redeem(
        _ code: String?,
        by proof: Proof? = nil,
        _ changes: [String: String?] = [:]
    ) async throws -> Answer {
        var all: [String: String?] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": callback,
        ]
        if usesProofKey { all["code_verifier"] = Self.verifier }
        return try await ask("/token", all.merging(changes) { $1 }, by: proof)
    }

    /// Exchanges a refresh token.
    func refresh(_ token: String?, _ changes: [String: String?] = [:]) async throws -> Answer {
        let all: [String: String?] = ["grant_type": "refresh_token", "refresh_token": token]
        return try await ask("/token", all.merging(changes) { $1 })
    }

    func ask(
        _ path: String,
        _ members: [String: String?],
        by proof: Proof? = nil
    ) async throws -> Answer {
        var all = members
        var fields = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
        switch proof ?? (secret == nil ? .nothing : .basic) {
        case .basic:
            let pair = Self.escaped(id) + ":" + Self.escaped(secret ?? "")
            let text = Data(pair.utf8).base64EncodedString()
            fields.append(Call.Field("Authorization", "Basic \(text)"))
        case .post:
            all.merge(["client_id": id, "client_secret": secret]) { given, _ in given }
        case .nothing:
            all.merge(["client_id": id]) { given, _ in given }
        }
        let pairs = all.compactMap { name, value in value.map { (name, $0) } }
        let body = Self.form(pairs.sorted { $0.0 < $1.0 })
        return try await stage.send(Call("POST", path, fields, body: Array(body.utf8)))
    }

    func userInfo(_ token: String?) async throws -> Answer {
        try await stage.send(
            Call("GET", "/userinfo", [Call.Field("Authorization", "Bearer \(token ?? "")")])
        )
    }

    /// An ID token's claims, when its signature is one of the published keys'.
    func claims(_ idToken: String?) async throws -> [String: Any] {
        let keys = try await stage.send(Call("GET", "/jwks.json"))
        return try JWT(idToken ?? "").verified(by: keys.body)
    }

    // MARK: - Writing

    static func form(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    static func escaped(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

/// A JSON Web Token, as a website reads it: without a line of ours.
struct JWT {
    var head: [String: Any]
    var claims: [String: Any]
    private var signed: Data
    private var signature: Data

    struct Bad: Error {}

    init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let head = try Self.object(parts[0]),
            let claims = try Self.object(parts[1]), let signature = Self.data(parts[2])
        else { throw Bad() }
        self.head = head
        self.claims = claims
        self.signed = Data("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
    }

    /// The claims, when the key of a set that the head names has signed them.
    func verified(by keySet: [UInt8]) throws -> [String: Any] {
        let set = try JSONSerialization.jsonObject(with: Data(keySet)) as? [String: Any]
        let keys = set?["keys"] as? [[String: String]] ?? []
        let named = keys.filter { $0["kid"] == head["kid"] as? String }
        guard named.count == 1, named[0]["alg"] == head["alg"] as? String else { throw Bad() }
        guard try isSigned(by: named[0]) else { throw Bad() }
        return claims
    }

    private func isSigned(by key: [String: String]) throws -> Bool {
        let digest = SHA256.hash(data: signed)
        switch key["kty"] {
        case "RSA":
            guard let n = Self.data(key["n"] ?? ""), let e = Self.data(key["e"] ?? "") else {
                return false
            }
            return try _RSA.Signing.PublicKey(n: n, e: e).isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: digest,
                padding: .insecurePKCS1v1_5
            )
        case "EC":
            guard let x = Self.data(key["x"] ?? ""), let y = Self.data(key["y"] ?? "") else {
                return false
            }
            return try P256.Signing.PublicKey(rawRepresentation: x + y).isValidSignature(
                P256.Signing.ECDSASignature(rawRepresentation: signature),
                for: digest
            )
        default:
            return false
        }
    }

    private static func object(_ text: String) throws -> [String: Any]? {
        guard let data = data(text) else { return nil }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any]
    }

    static func data(_ text: String) -> Data? {
        let plain = text.replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }
}
