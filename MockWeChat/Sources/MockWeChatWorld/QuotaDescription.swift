/// The quotas a team may want to be small.
package struct QuotaDescription: Sendable, Equatable {
    /// WeChat page api_getunlimitedqrcode.
    package var codesPerMinute = 5000
    /// WeChat page api_code2session, an older revision: 100 calls a minute for a user.
    package var code2sessionPerUserPerMinute = 100
    /// The figure of the official-account permission table.
    package var tokensPerDay = 2000
}
