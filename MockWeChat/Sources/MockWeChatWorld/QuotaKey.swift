/// What WeChat counts calls by.
enum QuotaKey: Sendable, Hashable {
    case tokensPerDay(appid: String)
    case stableTokensPerMinute(appid: String)
    case stableTokensPerDay(appid: String)
    case forcedRefreshesPerDay(appid: String)
    case code2sessionPerMinute(appid: String, person: String)
    case codesPerMinute(appid: String)
}
