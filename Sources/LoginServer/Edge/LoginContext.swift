package import Hummingbird
import HummingbirdCore
import NIOCore

/// What is known of a request besides its words.
package struct LoginContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address at the other end of the socket, and nothing a header says (T29).
    package let address: String

    package init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.address = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
