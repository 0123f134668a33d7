/// Bytes out: the one seam through which a room of this house calls somebody else's HTTP server.
///
/// Owns: the shape of a call and of an answer, and what can go wrong between them.
/// Does not own: a socket (that is `HTTPTransportAHC`), JSON, retries, or any word of a login.
/// Called by: `WeChatClient`, `FakePhone`. Tests plug in a function that answers from memory.

package import HTTPTypes

/// One call to another server, whole.
package struct HTTPCall: Sendable {
    /// Method, scheme, authority, path and header fields.
    package var request: HTTPRequest
    /// The body's bytes; empty when there is none.
    package var body: [UInt8]
    /// The longest wait for the whole answer.
    package var timeout: Duration
    /// The most bytes of body that are read before the call fails with `answerTooLarge`.
    package var answerBytesMax: Int

    package init(
        _ request: HTTPRequest,
        body: [UInt8] = [],
        timeout: Duration = .seconds(5),
        answerBytesMax: Int = 1 << 20
    ) {
        self.request = request
        self.body = body
        self.timeout = timeout
        self.answerBytesMax = answerBytesMax
    }
}

/// One answer, whole: the status and header fields, and every byte of the body.
package struct HTTPAnswer: Sendable {
    package var response: HTTPResponse
    package var body: [UInt8]

    package init(_ response: HTTPResponse, body: [UInt8] = []) {
        self.response = response
        self.body = body
    }
}

/// Why no whole answer came.
///
/// No case carries a URL: WeChat takes secrets in the query, and an error ends up in logs.
package enum HTTPTransportError: Error, Sendable, Equatable {
    /// The deadline passed. Whether the server acted on the call is unknown.
    case timedOut
    /// No connection: refused, no route, no such name.
    case unreachable
    /// A connection, but no TLS that can be trusted: an old version, a certificate that is not the
    /// server's, not in its time, or of nobody we trust. Nothing of the call went out.
    case untrusted
    /// The connection ended before the answer did. Whether the server acted is unknown.
    case cutOff
    /// The body went over the caller's `answerBytesMax`.
    case answerTooLarge
    /// The surrounding task was cancelled.
    case cancelled
}

/// Somebody who carries a call to its server and brings the answer back.
///
/// Every status is an answer. A redirect is handed back and not followed, and no proxy is taken
/// from the environment.
package protocol HTTPTransport: Sendable {
    /// Sends one call and waits for its whole answer.
    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer
}
