/// Every sentence that the pages show, side by side in both languages.
///
/// A sentence may name `{{site}}`, `{{website}}` or `{{origin}}`.
package enum PageTexts {
    package struct Sentence: Sendable {
        package let key: String
        package let chinese: String
        package let english: String

        init(_ key: String, _ chinese: String, _ english: String) {
            self.key = key
            self.chinese = chinese
            self.english = english
        }
    }

    package static let all: [Sentence] = login + loginStates + landing + failures

    private static let login: [Sentence] = [
        .init("other_language", "English", "中文"),
        .init("login_title", "微信扫码登录", "Log in with WeChat"),
        .init("login_continue", "登录后继续前往{{website}}", "to continue to {{website}}"),
        .init("code_alt", "用于登录的微信小程序码", "WeChat mini-program code for logging in"),
        .init(
            "no_script",
            "登录需要 JavaScript。请在浏览器中启用它，然后刷新本页。",
            "Logging in needs JavaScript. Please enable it and reload this page."
        ),
        .init("number_label", "请在手机上输入", "Enter this on your phone"),
        .init("waiting_before", "", "New code in "),
        .init("waiting_after", " 秒后自动换新码", " s"),
        .init("scanned_before", "请在 ", ""),
        .init("scanned_after", " 秒内确认", " s left to confirm"),
        .init("busy_before", "", "Trying again in "),
        .init("busy_after", " 秒后自动重试", " s"),
        .init("support_label", "求助编号", "Support code:"),
        .init("cancel", "取消登录", "Cancel"),
        .init("renew", "获取新码", "Get a new code"),
        .init("retry", "重试", "Try again"),
        .init("reload", "刷新本页", "Reload this page"),
        .init(
            "hint",
            "请只扫您自己打开的页面上的码，不要扫别人发来的码、图片或链接。",
            "Only scan a code on a page you opened yourself, never one that somebody sent you."
        ),
        .init("leave", "取消并返回{{website}}", "Cancel and go back to {{website}}"),
    ]

    private static let loginStates: [Sentence] = [
        .init("loading_title", "正在获取登录码", "Getting your code"),
        .init("loading_detail", "请稍候…", "One moment…"),
        .init("waiting_title", "请用微信扫一扫", "Scan this with WeChat"),
        .init(
            "waiting_detail",
            "打开手机微信，点右上角“＋”，再点“扫一扫”",
            "Open WeChat, tap ⊕ and then Scan"
        ),
        .init("link_title", "在微信中登录", "Log in with WeChat"),
        .init(
            "link_detail",
            "点下面的按钮打开微信，确认后回到本页",
            "Confirm there, then come back here"
        ),
        .init("link_button", "打开微信", "Open WeChat"),
        .init("phone_title", "请在电脑上打开本页", "Open this page on a computer"),
        .init("phone_detail", "然后用这部手机的微信扫码", "Then scan its code with this phone"),
        .init("scanned_title", "扫码成功", "Code scanned"),
        .init("scanned_detail", "请在手机上确认登录", "Now confirm the login on your phone"),
        .init("confirmed_title", "已确认", "Confirmed"),
        .init("confirmed_detail", "正在登录…", "Logging you in…"),
        .init("done_title", "登录成功", "You are logged in"),
        .init("done_detail", "正在跳转…", "Taking you there…"),
        .init("cancelled_title", "登录已取消", "Login cancelled"),
        .init("cancelled_detail", "您没有登录。", "You are not logged in."),
        .init("expired_title", "登录码已过期", "This code has expired"),
        .init("expired_detail", "请获取新码后再扫。", "Get a new one to go on."),
        .init("over_title", "等待时间太长了", "This took too long"),
        .init("over_detail", "请回到网站重新登录。", "Please start again at the website."),
        .init("superseded_title", "登录已转到另一个页面", "Login moved to another tab"),
        .init(
            "superseded_detail",
            "请到最新打开的页面扫码，或在此获取新码。",
            "Use the newest tab, or get a code here."
        ),
        .init("other_title", "请刷新本页", "Please reload this page"),
        .init(
            "other_detail",
            "此浏览器中已开始另一次登录。",
            "Another login was begun in this browser."
        ),
        .init("offline_title", "网络连接已断开", "Connection lost"),
        .init(
            "offline_detail",
            "正在重新连接，请不要关闭本页。",
            "Reconnecting. Please keep this page open."
        ),
        .init("busy_title", "当前请求较多", "Busy right now"),
        .init("busy_detail", "请不要关闭本页。", "Please keep this page open."),
        .init("down_title", "服务暂时不可用", "Not available right now"),
        .init("down_detail", "请不要关闭本页。", "Please keep this page open."),
        .init("error_title", "出了点问题", "Something went wrong"),
        .init("error_detail", "您没有登录，请重试。", "You are not logged in. Please try again."),
    ]

    private static let landing: [Sentence] = [
        .init("guest_title", "欢迎使用{{site}}", "Welcome to {{site}}"),
        .init(
            "guest_detail",
            "用手机微信扫一扫即可登录，无需密码。",
            "Log in by scanning a code with WeChat. No password needed."
        ),
        .init("guest_button", "微信扫码登录", "Log in with WeChat"),
        .init("user_title", "您已登录", "You are logged in"),
        .init("nameless", "微信用户", "WeChat user"),
        .init("userid_label", "用户编号", "User ID"),
        .init("logout", "退出登录", "Log out"),
        .init(
            "logout_failed",
            "退出没有成功，请检查网络后重试。",
            "You are still logged in. Please check your connection and try again."
        ),
        .init("logout_asks_title", "要退出登录吗？", "Do you want to log out?"),
        .init(
            "logout_asks_detail",
            "一个网站请求您退出{{site}}的登录。",
            "A website asks to end your login at {{site}}."
        ),
        .init("logout_stay", "保持登录", "Stay logged in"),
        .init("logout_done_title", "您已退出登录", "You are logged out"),
        .init("logout_done_detail", "您可以关闭本页。", "You can close this page."),
        .init("logout_no_script", "退出登录需要 JavaScript。", "Logging out needs JavaScript."),
    ]

    private static let failures: [Sentence] = [
        .init("failure_request", "求助编号", "Request number:"),
        .init("failure_home", "返回首页", "Go to the start page"),
        .init("failure_400_title", "请求有误", "That request is not right"),
        .init(
            "failure_400_detail",
            "请回到刚才的网站，再试一次。",
            "Please go back to the website you came from and try again."
        ),
        .init("failure_403_title", "不允许访问", "Not allowed"),
        .init("failure_403_detail", "您不能打开这个页面。", "You cannot open this page."),
        .init("failure_404_title", "找不到页面", "Page not found"),
        .init(
            "failure_404_detail",
            "请检查网址，或返回首页。",
            "Please check the address, or go to the start page."
        ),
        .init("failure_421_title", "网址不对", "Wrong address"),
        .init(
            "failure_421_detail",
            "本服务的网址是 {{origin}}，请从那里打开。",
            "This service lives at {{origin}}. Please open it there."
        ),
        .init("failure_429_title", "请求太频繁", "Too many requests"),
        .init("failure_429_detail", "请稍等片刻再试。", "Please wait a moment and try again."),
        .init("failure_503_title", "服务暂时不可用", "Not available right now"),
        .init("failure_503_detail", "请稍等片刻再试。", "Please wait a moment and try again."),
        .init("failure_4xx_title", "无法处理这个请求", "This cannot be done"),
        .init("failure_4xx_detail", "请返回首页再试。", "Please go to the start page and try again."),
        .init("failure_5xx_title", "服务器出错", "Something went wrong here"),
        .init(
            "failure_5xx_detail",
            "这不是您的问题，请稍后再试。",
            "It is not your fault. Please try again a little later."
        ),
    ]

    private static let chinese = Dictionary(
        all.map { ($0.key, $0.chinese) },
        uniquingKeysWith: { first, _ in first }
    )
    private static let english = Dictionary(
        all.map { ($0.key, $0.english) },
        uniquingKeysWith: { first, _ in first }
    )

    package static func sentence(_ key: String, in language: PageLanguage) -> String? {
        switch language {
        case .chinese: chinese[key]
        case .english: english[key]
        }
    }
}
