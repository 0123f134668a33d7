import FakePhone
import HTTPTransport
import HTTPTransportAHC
import HTTPTypes

/// Calls over loopback, for tests.
enum Loopback {
    /// The status of a GET.
    static func status(_ url: String) async throws -> Int {
        try await withAHCTransport { transport in
            let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
            let authority = parts.count > 1 ? String(parts[1]) : ""
            let path = "/" + (parts.count > 2 ? String(parts[2]) : "")
            let request = HTTPRequest(
                method: .get,
                scheme: "http",
                authority: authority,
                path: path
            )
            return try await transport.send(HTTPCall(request)).response.status.code
        }
    }
}
