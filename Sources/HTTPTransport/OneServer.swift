import HTTPTypes

/// Lets calls to one server through and no others (T27).
///
/// Nothing that a user says becomes an address here; should it ever, it ends at this door.
package struct OneServer: HTTPTransport {
    private let scheme: String
    private let authority: String
    private let transport: any HTTPTransport

    package init(scheme: String, authority: String, over transport: any HTTPTransport) {
        self.scheme = scheme
        self.authority = authority
        self.transport = transport
    }

    /// - Throws: `unreachable` for any other server, before a connection is made.
    package func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        guard call.request.scheme == scheme, call.request.authority == authority else {
            throw .unreachable
        }
        return try await transport.send(call)
    }
}
