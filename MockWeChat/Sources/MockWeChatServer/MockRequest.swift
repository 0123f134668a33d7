import NIOCore
import NIOHTTP1

/// One request, whole, before anybody has looked at its meaning.
struct MockRequest: Sendable {
    let method: HTTPMethod
    /// Path and query as they were sent; in a proxy's absolute form only what follows the authority.
    let target: String
    let headers: HTTPHeaders
    let body: ByteBuffer
    let callerIP: String
    /// Whether it came through TLS.
    let isEncrypted: Bool
    /// Whether it was addressed to WeChat's own name over plain http, through the proxy.
    var isForWeChatInClear = false

    var isControl: Bool {
        target.hasPrefix("/_mock/") || target == "/_mock" || target.hasPrefix("/_mock?")
    }
}
