package import Hummingbird
import HummingbirdCore
import NIOCore

/// What is known of a request besides its words.
package struct LoginContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Whom a request comes from: the other end of the socket, or whom a trusted proxy names (T29).
    package internal(set) var address: String

    package init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.address = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
