/// Points where WeChat's behaviour is not settled and a team may need the other answer.
///
/// Each default is in the ledger, with the grade `assumed` where nobody has published what happens.
package struct WorldSwitches: Sendable, Equatable {
    /// How long the old stable token works after a forced refresh.
    package var forcedRefreshOverlapSeconds: Int64 = 0
    /// Whether a forced refresh inside 30 s or beyond 20 a day is refused instead of doing nothing.
    package var refusesEarlyForce = false
    package var imageContentType = "image/jpeg"
    /// Numbers whose text has no request id.
    package var errcodesWithoutRequestID = [43002]
    /// Numbers whose text has a comma before the request id outside of `/sns` too.
    package var errcodesWithComma: [Int] = []
    /// Texts instead of the table's, in the order of the file.
    package var texts: [Text] = []
    /// What an unknown access token answers: 40001, or 40014 as documented.
    package var garbageTokenErrcode = 40001
    package var ignoresUnknownMembers = false
    package var takesNumbersAsText = false
    /// Whether a width outside of 280 to 1280 is refused instead of held to it.
    package var refusesOddWidths = false
    /// What check_path false answers for an app that is not released: 40066 or 41030.
    package var unreleasedErrcode = 40066
    /// What a page beyond the last that check_path false allows answers.
    package var uncheckedPagesErrcode = 45029
    /// What code pictures beyond a minute's quota answer: 45009 or 45011.
    package var codesPerMinuteErrcode = 45009
    /// What another app's js_code answers: 40029 or 40013.
    package var foreignCodeErrcode = 40029
    package var failedExchangeSpendsCode = false
    /// Whether the allow list of addresses also holds for jscode2session.
    package var allowListOnCode2session = false
    /// Whether the allow list is asked before the secret is compared.
    package var checksAllowListFirst = false
    package var getCallsAcceptPost = false
    package var secretResetEndsTokens = false
    package var sessionKeyLifetimeSeconds: Int64 = 259_200
    package var sessionKeyRefreshGapSeconds: Int64 = 300
    /// Whether quota/get shows `rate_limit`; WeChat's example omits it.
    package var quotaShowsRate = true

    /// A text of the file's own for a number.
    package struct Text: Sendable, Equatable {
        package var errcode: Int
        package var text: String
    }
}
