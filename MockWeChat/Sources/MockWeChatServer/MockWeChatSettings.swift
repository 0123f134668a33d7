/// Where the mock listens, how, and what it calls itself.
package struct MockWeChatSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port = 0
    /// What code pictures begin with; nil: the scheme and the Host of the call that makes the code.
    package var publicURL: String?
    /// The certificate to answer TLS with; nil: plain HTTP only.
    package var tls: MockCertificate?
    /// Whether `CONNECT api.weixin.qq.com:443` leads to the mock.
    package var isProxy = false
    /// What the virtual phone runs.
    package var miniProgram = MiniProgramSource.shipped

    package init(host: String = "127.0.0.1", port: Int = 0, publicURL: String? = nil) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
    }
}
