/// The one name that the mock stands for.
enum WeChatHost {
    static let name = "api.weixin.qq.com"

    /// Whether an authority (`host` or `host:port`) is WeChat's, on the port that its scheme has.
    static func isNamed(by authority: some StringProtocol, port: String) -> Bool {
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, host.lowercased() == name else { return false }
        return parts.count == 1 || (parts.count == 2 && parts[1] == port)
    }
}
