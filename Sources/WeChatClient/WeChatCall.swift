/// The calls that we make to WeChat.
///
/// The raw values are names for logs and metrics.
package enum WeChatCall: String, Sendable, CaseIterable {
    /// `POST /cgi-bin/stable_token`.
    case accessToken = "stable_token"
    /// `GET /sns/jscode2session`.
    case session = "jscode2session"
    /// `POST /wxa/getwxacodeunlimit`.
    case code = "getwxacodeunlimit"
    /// `POST /wxa/business/getuserphonenumber`.
    case phoneNumber = "getuserphonenumber"

    /// Whether WeChat may refuse it for an access token that can be got anew.
    var takesAccessToken: Bool {
        switch self {
        case .code, .phoneNumber: true
        case .accessToken, .session: false
        }
    }

    /// How many of them may be under way at once: together 64 (`security.md` 0.1).
    ///
    /// Each kind has places of its own, so that a jscode2session that hangs leaves the code pictures
    /// theirs (T44). The access token is asked for by one caller on behalf of all.
    var placesMax: Int {
        switch self {
        case .accessToken: 1
        case .session: 27
        case .code: 32
        case .phoneNumber: 4
        }
    }
}

/// Who waits for a call.
package enum WeChatUrgency: Sendable {
    /// A person: may wait for a place.
    case person
    /// Nobody yet: goes only where half of the places are free and no person waits.
    case stock
}

/// One exchange with WeChat, for whoever counts them.
package struct WeChatExchange: Sendable, Equatable {
    package var call: WeChatCall
    /// `ok`, or the label of a `WeChatError`; never a value from outside.
    package var result: String
    /// From the first byte out to the last one in; zero where nothing went out.
    package var duration: Duration
    /// Whether WeChat was asked; otherwise the call was refused here.
    package var wasSent: Bool
}

/// Is told of each exchange.
///
/// Called on the caller's task, under no lock; it must not block.
package typealias WeChatObserver = @Sendable (WeChatExchange) -> Void
