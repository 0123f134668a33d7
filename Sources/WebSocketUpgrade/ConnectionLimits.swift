package import NIOCore

/// How long a connection may take and how much it may leave unread, in one place (T31).
package struct ConnectionLimits: Sendable, Equatable {
    /// From the first byte of a request, or from the connection's beginning, to the end of its
    /// header.
    package var header = TimeAmount.seconds(10)
    /// The same to the end of its body.
    package var request = TimeAmount.seconds(15)
    /// A body must come at this speed, counted from the end of the header, once `bodyGrace` is over.
    package var bodyBytesPerSecondMin = 500
    package var bodyGrace = TimeAmount.seconds(5)
    /// Between an answer and the next request.
    package var idle = TimeAmount.seconds(30)
    /// How long a peer may take nothing of what waits to be sent to it.
    package var stall = TimeAmount.seconds(10)
    /// What is read over of a body whose answer is out already, and of what follows a last answer,
    /// before the connection ends.
    package var drainBytesMax = 64 * 1024

    package init() {}
}
