/// What a login page does on the phone itself, where there is nothing to scan a code with.
package enum SameDevice: String, Sendable, CaseIterable {
    /// It asks the person to open the page on a computer.
    case off
    /// It has a button that opens the mini-program.
    case link
}

/// How the phone comes to an attempt.
package enum AttemptWay: String, Sendable, CaseIterable {
    /// By the code on another screen.
    case code
    /// By a link on its own.
    case link
}

extension BrowserFacts {
    /// Whether the browser says that it is a phone's; the page's script asks the same way.
    ///
    /// WeChat's own browser on a phone says so, too; the one on a computer does not.
    package var isPhone: Bool {
        let text = userAgent.lowercased()
        return text.contains("mobi") || text.contains("android")
    }
}

extension Attempt {
    /// Whether a phone that opened the attempt so, and from there, may confirm it.
    ///
    /// A link can be sent to somebody else more easily than a code can be shown. So what was begun by a
    /// link is confirmed only where the link was opened, and from the network of the browser that
    /// began it; and no policy lets a code's attempt be confirmed by a link, which its page never
    /// had (T4).
    package func mayConfirm(
        launch: Int?,
        phone address: String?,
        _ policy: LoginPolicy
    ) -> Bool {
        switch way {
        case .code:
            launch != LaunchPolicy.link && policy.launch.allows(launch)
        case .link:
            launch == LaunchPolicy.link
                && Network.isSame(browser.address, address ?? "")
        }
    }
}
