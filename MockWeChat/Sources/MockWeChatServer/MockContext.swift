package import Hummingbird
import NIOCore

/// What is known about the connection a request came on.
package struct MockContext: InitializableFromSource, Sendable {
    let callerIP: String

    package init(source: ApplicationRequestContextSource) {
        // A test channel has no address; it stands for a caller on this machine.
        callerIP = source.channel.remoteAddress?.ipAddress ?? "127.0.0.1"
    }
}
