import HTTPTypes
import NIOCore
import NIOHTTPTypes

extension HTTPField.Name {
    /// Carries the mock's time from the answer to the wire; it never leaves the process.
    static let mockDate: HTTPField.Name? = HTTPField.Name("x-mock-date")
}

/// Puts the mock's time into `Date`, where the server below has put the machine's.
///
/// Without it no two runs could send the same bytes, and a client that looks at `Date` would see a time
/// that the mock's clock does not show.
final class MockDateHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let name = HTTPField.Name.mockDate,
            let date = head.headerFields[name]
        else {
            context.write(data, promise: promise)
            return
        }
        head.headerFields[name] = nil
        head.headerFields[.date] = date
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
