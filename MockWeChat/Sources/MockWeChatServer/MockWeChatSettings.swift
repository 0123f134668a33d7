/// Where the mock listens and what it calls itself.
package struct MockWeChatSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port = 0
    /// What code pictures begin with; nil: `http://` and the Host of the call that makes the code.
    package var publicURL: String?

    package init(host: String = "127.0.0.1", port: Int = 0, publicURL: String? = nil) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
    }
}
