import Foundation
import LoginDomain

/// A website's request as a row has it: JSON with names of its own, so that no change of a type changes
/// what is in a file.
extension ParkedRequest {
    /// The text of its column.
    var column: String {
        get throws { try JSONColumn.text(Document(self)) }
    }

    init(column: String) throws {
        self = try JSONColumn.value(Document.self, in: column, named: "request").value
    }

    init?(ifColumn column: String?) throws {
        guard let column else { return nil }
        try self.init(column: column)
    }

    private struct Document: Codable {
        var client: String
        var redirectURI: String
        var scopes: [String]
        var state: String?
        var nonce: String?
        var codeChallenge: String?
        var prompt: String
        var maxAgeSeconds: Int64?
        var uiLocales: [String]
        var name: String
        var host: String
        var numberMatching: String
        var parkedAt: Int64
        var codesShown: Int

        enum CodingKeys: String, CodingKey {
            case client
            case redirectURI = "redirect_uri"
            case scopes
            case state
            case nonce
            case codeChallenge = "code_challenge"
            case prompt
            case maxAgeSeconds = "max_age"
            case uiLocales = "ui_locales"
            case name
            case host
            case numberMatching = "number_matching"
            case parkedAt = "parked_at"
            case codesShown = "codes_shown"
        }

        init(_ parked: ParkedRequest) {
            let request = parked.request
            client = request.client.text
            redirectURI = request.redirectURI.text
            scopes = request.scopes.map(\.rawValue)
            state = request.state
            nonce = request.nonce
            codeChallenge = request.codeChallenge
            prompt = request.prompt.rawValue
            // It comes in whole seconds.
            maxAgeSeconds = request.maxAge?.components.seconds
            uiLocales = request.uiLocales
            name = parked.client.name
            host = parked.client.host
            numberMatching = parked.numberMatching.rawValue
            parkedAt = parked.parkedAt.milliseconds
            codesShown = parked.codesShown
        }

        var value: ParkedRequest {
            get throws {
                guard let prompt = AuthorizationRequest.Prompt(rawValue: prompt) else {
                    throw UnreadableRow(column: "request")
                }
                return ParkedRequest(
                    request: AuthorizationRequest(
                        client: try RelyingPartyID(column: client),
                        redirectURI: try RedirectURI(column: redirectURI),
                        scopes: try scopes.map(OpenIDScope.init(column:)),
                        state: state,
                        nonce: nonce,
                        codeChallenge: codeChallenge,
                        prompt: prompt,
                        maxAge: maxAgeSeconds.map { .seconds($0) },
                        uiLocales: uiLocales
                    ),
                    client: ClientCard(name: name, host: host),
                    numberMatching: try NumberMatching(column: numberMatching),
                    parkedAt: Timestamp(milliseconds: parkedAt),
                    codesShown: codesShown
                )
            }
        }
    }
}
