/// The quotas a team may want to be small.
package struct QuotaDescription: Sendable, Equatable {
    /// The limits of one call, where the world file gives its own.
    package struct Own: Sendable, Equatable {
        package var path: String
        package var limits: CallLimits

        package init(path: String, limits: CallLimits) {
            self.path = path
            self.limits = limits
        }
    }

    /// WeChat page api_getunlimitedqrcode.
    package var codesPerMinute = 5000
    /// WeChat page api_code2session, an older revision: 100 calls a minute for a user.
    package var code2sessionPerUserPerMinute = 100
    /// The figure of the official-account permission table.
    package var tokensPerDay = 2000
    /// WeChat page api_getqrcode: 100,000 in all, together with createwxaqrcode.
    package var limitedCodesTotal = 100_000
    /// WeChat page api_getunlimitedqrcode: pages of codes made with check_path false.
    package var uncheckedPagesTotal = 60_000
    /// Any other call's limits, in the order of the file.
    package var calls: [Own] = []
}
