/// What a world is made of at its start: the content of a world file.
package struct WorldDescription: Sendable, Equatable {
    package var seed: UInt64
    package var clock: ClockDescription
    package var apps: [AppDescription]
    package var people: [PersonDescription]
    package var switches: WorldSwitches

    /// The most a seed can be: what every reader of the JSON form can hold in 64 bits.
    package static let seedMax = UInt64(Int64.max)
}

/// How the mock's clock begins.
package struct ClockDescription: Sendable, Equatable {
    package var mode: ClockMode
    /// Where a frozen clock stands; a real clock has no start.
    package var start: Moment?

    package init(mode: ClockMode, start: Moment? = nil) {
        self.mode = mode
        self.start = start
    }

    /// Where a frozen clock stands when nobody says.
    package static let startDefault = Moment(seconds: 1_767_225_600)
}

/// Whether the mock's time goes on by itself.
package enum ClockMode: String, Sendable, Equatable, CaseIterable {
    case real
    case frozen
}

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

/// The quotas a team may want to be small.
package struct QuotaDescription: Sendable, Equatable {
    /// WeChat page api_getunlimitedqrcode.
    package var codesPerMinute = 5000
    /// WeChat page api_code2session, an older revision: 100 calls a minute for a user.
    package var code2sessionPerUserPerMinute = 100
    /// The figure of the official-account permission table.
    package var tokensPerDay = 2000
}

/// One person with a phone.
package struct PersonDescription: Sendable, Equatable {
    package var name: String
    package var nickname: String
    package var phoneNumber: String
    /// Named by the world file; otherwise made from (seed, appid, person).
    package var openid: String?
    /// Named by the world file; otherwise made from (seed, person).
    package var unionid: String?
}

/// Points where WeChat's behaviour is not settled and a team may need the other answer.
package struct WorldSwitches: Sendable, Equatable {
    package var forcedRefreshOverlapSeconds: Int64 = 0
    package var imageContentType = "image/jpeg"
}
