/// One app registered with WeChat.
package struct AppDescription: Sendable, Equatable {
    package enum Kind: String, Sendable, Equatable, CaseIterable {
        case miniprogram
        /// An official account: its tokens are refused by the calls of mini-programs.
        case official
    }

    package var appid: String
    package var secret: String
    package var kind = Kind.miniprogram
    package var released = true
    package var pages = ["pages/index/index"]
    /// Bound to an Open Platform account: unionid is returned.
    package var openPlatform = false
    /// Who may ask for tokens; empty: everyone.
    package var ipAllowList: [String] = []
    package var secretFrozen = false
    /// What the app's phones may call; the virtual phone keeps to it.
    package var requestDomains: [String] = []
    /// Who may open a trial or develop version.
    package var members: [String] = []
    package var quotas = QuotaDescription()
    /// Ids of the templates of subscribe messages.
    package var templates: [String] = []

    init(appid: String, secret: String) {
        self.appid = appid
        self.secret = secret
    }
}
