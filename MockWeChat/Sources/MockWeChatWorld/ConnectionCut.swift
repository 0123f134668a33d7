/// How a connection breaks instead of carrying an answer.
package enum ConnectionCut: String, Sendable, CaseIterable {
    /// Closed in order, before a byte of the answer.
    case beforeHeaders = "before_headers"
    /// Closed in order, after half of the body.
    case midBody = "mid_body"
    /// Reset, before a byte of the answer.
    case reset
}
