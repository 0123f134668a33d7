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
    /// WeChat page api_getphonenumber: a code lives five minutes.
    static let phoneNumberCodeLife: Int64 = 300
    /// WeChat page api_msgseccheck: the user must have been in the app in the last two hours.
    static let activityLife: Int64 = 7200
    /// WeChat page api_getridinfo: request ids live seven days.
    static let requestIDLife: Int64 = 7 * 86_400

    // MARK: Quotas that the world file does not name

    /// WeChat page api_getstableaccesstoken.
    static let forcedRefreshesPerDay = 20
    /// WeChat page api_clearquota.
    static let quotaClearsPerMonth = 10
    /// Assumed: the page only says that frequent resets of one user are refused.
    static let sessionKeyResetsPerMinute = 10
    /// What quota/get shows for a call without a daily limit; the page's example has this number.
    static let dailyLimitShown = 100_000

    // MARK: Pictures, in pixels

    static let pictureWidth = 280...1280
    static let pictureWidthDefault = 430

    // MARK: Texts and files

    /// WeChat page api_getqrcode, in characters.
    static let codePathLengthMax = 1024
    /// WeChat page api_createqrcode, in characters.
    static let squareCodePathLengthMax = 128
    /// WeChat page api_msgseccheck, in characters.
    static let checkedTextLengthMax = 2500
    /// WeChat page imgSecCheck: 1 MB.
    static let checkedImageBytesMax = 1 << 20

    // MARK: The virtual phone's calls

    /// In milliseconds; WeChat page wx.request: 60,000 unless the caller says less, more had no effect.
    static let phoneTimeouts = 1...60_000
    static let phoneFieldsMax = 64
    static let phoneFieldBytesMax = 8192
    /// What WeChat (`referer`) or the connection itself says; a mini-program's own words for it are
    /// dropped.
    static let phoneFieldsRefused: Set<String> = [
        "referer", "user-agent", "host", "connection", "content-length", "transfer-encoding",
        "expect", "upgrade", "keep-alive", "te", "trailer", "proxy-authorization",
        "proxy-connection",
    ]
    /// What a mini-program's own call says of itself on an Android phone.
    static let phoneUserAgent =
        "Mozilla/5.0 (Linux; Android 14; virtual phone) MicroMessenger/8.0.50 MiniProgramEnv/android"

    // MARK: Memory

    static let accessTokensMax = 20_000
    static let loginCodesMax = 20_000
    static let phoneNumberCodesMax = 20_000
    static let codePicturesMax = 50_000
    /// How many codes the virtual phone offers.
    static let recentCodesMax = 24
    static let eventsMax = 1000
    static let faultsMax = 1000
    static let appsMax = 1000
    static let peopleMax = 100_000
    static let journalEntriesMax = 10_000
    static let journalBytesMax = 64 << 20
    /// A fault's answer and its wait stay within what a client can wait for.
    static let faultDelayMillisecondsMax = 600_000
    /// A tebibyte: more than any caller takes.
    static let faultBodyBytesMax = 1 << 40
}
