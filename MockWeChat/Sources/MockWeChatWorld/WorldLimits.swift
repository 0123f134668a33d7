/// Every number that WeChat's behaviour or the mock's memory is bounded by, in one place.
enum WorldLimits {
    // MARK: Lifetimes, in seconds

    /// WeChat page api_getaccesstoken: `expires_in` is 7200 at most.
    static let accessTokenLife: Int64 = 7200
    /// WeChat page access_token usage: the old token works five more minutes.
    static let accessTokenOverlap: Int64 = 300
    /// WeChat page api_getstableaccesstoken: renewed when less than five minutes remain.
    static let stableTokenRenewal: Int64 = 300
    /// WeChat page api_getstableaccesstoken: forced refreshes closer than this do nothing.
    static let forcedRefreshGap: Int64 = 30
    /// WeChat page wx.login: a code lives five minutes.
    static let loginCodeLife: Int64 = 300
    /// Assumed: the login guide only says that the refresh has a minimum period.
    static let sessionKeyGap: Int64 = 300

    // MARK: Quotas that the world file does not name

    /// WeChat page api_getstableaccesstoken.
    static let stableTokensPerMinute = 10_000
    static let stableTokensPerDay = 500_000
    static let forcedRefreshesPerDay = 20

    // MARK: Pictures, in pixels

    static let pictureWidth = 280...1280
    static let pictureWidthDefault = 430

    // MARK: Memory

    static let accessTokensMax = 100_000
    static let loginCodesMax = 100_000
    static let codePicturesMax = 200_000
    static let faultsMax = 1000
    static let appsMax = 1000
    static let peopleMax = 100_000
    static let journalEntriesMax = 10_000
    static let journalBytesMax = 64 << 20
    /// A fault's answer and its wait stay within what a client can wait for.
    static let faultDelayMillisecondsMax = 600_000
}
