/// One app registered with WeChat.
package struct AppDescription: Sendable, Equatable {
    package enum Kind: String, Sendable, Equatable, CaseIterable {
        case miniprogram
        /// An official account: its tokens are refused by the calls of mini-programs.
        case official
    }

    package var appid: String
    package var secret: String
    package var kind: Kind
    package var released: Bool
    package var pages: [String]
    /// Bound to an Open Platform account: unionid is returned.
    package var openPlatform: Bool
    /// Who may ask for tokens; empty: everyone.
    package var ipAllowList: [String]
    package var secretFrozen: Bool
    package var requestDomains: [String]
    /// Who may open a trial or develop version.
    package var members: [String]
    package var quotas: QuotaDescription
    package var templates: [String]
}
