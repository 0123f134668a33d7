import FakePhone
import Foundation
import HTTPTransport
import HTTPTransportAHC
import HTTPTypes

/// Calls over loopback, for tests.
enum Loopback {
    /// The status of a GET.
    static func status(_ url: String) async throws -> Int {
        try await call(.get, url).response.status.code
    }

    /// The body of a GET's answer.
    static func text(_ url: String) async throws -> String {
        String(decoding: try await call(.get, url).body, as: UTF8.self)
    }

    /// The status of a POST with a JSON body.
    static func post(
        _ url: String,
        _ json: String,
        _ fields: HTTPFields = [:]
    ) async throws -> Int {
        var fields = fields
        fields[.contentType] = "application/json"
        return try await call(.post, url, fields, body: Array(json.utf8)).response.status.code
    }

    /// The status of a POST with a form, as a website that proves itself by HTTP Basic sends it.
    static func form(
        _ url: String,
        _ body: String,
        as client: String,
        secret: String
    ) async throws -> Int {
        let fields: HTTPFields = [
            .contentType: "application/x-www-form-urlencoded",
            .authorization: "Basic "
                + Data("\(client):\(secret)".utf8).base64EncodedString(),
        ]
        return try await call(.post, url, fields, body: Array(body.utf8)).response.status.code
    }

    private static func call(
        _ method: HTTPRequest.Method,
        _ url: String,
        _ fields: HTTPFields = [:],
        body: [UInt8] = []
    ) async throws -> HTTPAnswer {
        try await withAHCTransport { transport in
            let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
            let authority = parts.count > 1 ? String(parts[1]) : ""
            let path = "/" + (parts.count > 2 ? String(parts[2]) : "")
            let request = HTTPRequest(
                method: method,
                scheme: "http",
                authority: authority,
                path: path,
                headerFields: fields
            )
            return try await transport.send(
                HTTPCall(request, body: body, timeout: .seconds(20), answerBytesMax: 16 << 20)
            )
        }
    }
}
