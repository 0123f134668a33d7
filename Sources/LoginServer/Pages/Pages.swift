package import LoginDomain

/// The pages that people see: landing page, login page, error page, and what they load.
///
/// Owns their HTML, style, script and sentences. Pure: a request's answer depends on the arguments
/// alone. Knows no routes and sets no headers; the routes call it and add those.
///
/// The pages live under the content security policy of `security.md` 3.1: no inline script or
/// style, no handler or style attribute, no HTML made by script. The login page's script names only
/// the state of an attempt in `<html data-state>`; the sentences come with the HTML.
package struct Pages: Sendable {
    /// What the routes serve under `/assets/`; for ever, because a new content has a new name.
    package let assets: [PageAsset]

    /// `/scan-login.js`: the button that websites show, under a name that stays.
    package let widget: [UInt8] = PackageResources.scan_login_js

    private let siteName: String
    private let sameDevice: SameDevice
    private let assetPaths: [String: String]
    private let loginTemplate = PageTemplate(PackageResources.login_html)
    private let landingTemplate = PageTemplate(PackageResources.landing_html)
    private let logoutTemplate = PageTemplate(PackageResources.logout_html)
    private let errorTemplate = PageTemplate(PackageResources.error_html)
    private var plainLogin: [PageLanguage: [UInt8]] = [:]
    private var guestLanding: [PageLanguage: [UInt8]] = [:]

    /// Renders in advance what is the same for everybody.
    ///
    /// - Parameters:
    ///   - siteName: The operator's name for the site; may be any text.
    ///   - sameDevice: What the login page does on a phone.
    package init(siteName: String, sameDevice: SameDevice = .off) {
        self.siteName = siteName
        self.sameDevice = sameDevice
        let script = "text/javascript; charset=utf-8"
        let style = "text/css; charset=utf-8"
        let css = PackageResources.scan_login_page_css
        let files: [(key: String, asset: PageAsset)] = [
            ("icon_svg", .init("icon", "svg", "image/svg+xml", PackageResources.icon_svg)),
            ("landing_js", .init("landing", "js", script, PackageResources.landing_js)),
            ("login_js", .init("login", "js", script, PackageResources.login_js)),
            ("scan_login_page_css", .init("scan-login-page", "css", style, css)),
        ]
        assets = files.map(\.asset)
        assetPaths = Dictionary(uniqueKeysWithValues: files.map { ($0.key, $0.asset.path) })
        for language in PageLanguage.allCases {
            plainLogin[language] = render(loginTemplate, language, onLogin(["here": "/login"]))
            guestLanding[language] = render(landingTemplate, language, [:])
        }
    }

    /// The login page.
    ///
    /// - Parameters:
    ///   - language: See ``PageLanguage/choose(query:acceptLanguage:)``.
    ///   - website: The website whose request is parked; `nil` for a plain login. With it the page
    ///     says where the person is going, and offers the way back, `/authorize/cancel`.
    /// - Returns: The HTML.
    package func login(_ language: PageLanguage, website: ClientCard? = nil) -> [UInt8] {
        guard let website else { return plainLogin[language] ?? [] }
        // The name is the operator's word, the host the browser's: both, as the phone shows them.
        return render(
            loginTemplate,
            language,
            onLogin([
                "website": website.name, "website_host": website.host, "here": "/authorize",
            ])
        )
    }

    private func onLogin(_ values: [String: String]) -> [String: String] {
        sameDevice == .off ? values : values.merging(["same_device": ""]) { $1 }
    }

    /// The page about the end of a login: whether the person wants it, or that it is there.
    package func logout(_ language: PageLanguage, asks: Bool) -> [UInt8] {
        render(logoutTemplate, language, asks ? ["asks": ""] : [:])
    }

    /// The landing page: who is logged in, or the way to the login page.
    package func landing(_ language: PageLanguage, user: PageUser?) -> [UInt8] {
        guard let user else {
            return guestLanding[language] ?? []
        }
        let nameless = PageTexts.sentence("nameless", in: language) ?? ""
        let name = user.nickname.isEmpty ? nameless : user.nickname
        var values = ["user": "", "name": name, "userid": user.userID]
        values["initial"] = name.first.map(String.init)?.uppercased()
        // The policy allows our own origin alone, so anything else would only be a broken picture.
        if ["/", "https://", "http://"].contains(where: user.avatarURL.hasPrefix) {
            values["avatar"] = user.avatarURL
        }
        return render(landingTemplate, language, values)
    }

    /// The page for a request that cannot be answered.
    ///
    /// - Parameters:
    ///   - language: See ``PageLanguage/choose(query:acceptLanguage:)``.
    ///   - status: The HTTP status; one without sentences of its own gets those of its class.
    ///   - origin: The configured origin, for 421, where the way home must leave this host.
    ///   - reason: A short code for whoever is asked for help, such as `invalid_redirect_uri`.
    ///   - request: The request's id, by which the operator finds it in the log.
    /// - Returns: The HTML.
    package func errorPage(
        _ language: PageLanguage,
        status: Int,
        origin: String? = nil,
        reason: String? = nil,
        request: String? = nil
    ) -> [UInt8] {
        var values = ["status": String(status), "home": (origin ?? "") + "/"]
        values["origin"] = origin
        values["reason"] = reason
        values["request"] = request
        let key = Self.failureKey(status)
        for part in ["title", "detail"] {
            values["failure_\(part)"] = sentence("\(key)_\(part)", language, values)
        }
        return render(errorTemplate, language, values)
    }

    /// The beginning of the keys of a status's sentences.
    static func failureKey(_ status: Int) -> String {
        switch status {
        case 400, 403, 404, 421, 429, 503: "failure_\(status)"
        case 405, 406: "failure_404"
        case 500...: "failure_5xx"
        default: "failure_4xx"
        }
    }

    // MARK: - Filling in

    private func render(
        _ template: PageTemplate,
        _ language: PageLanguage,
        _ values: [String: String]
    ) -> [UInt8] {
        let html = template.render { key in
            values[key]
                ?? common(key, language)
                ?? sentence(key, language, values)
        }
        return Array(html.utf8)
    }

    private func common(_ key: String, _ language: PageLanguage) -> String? {
        switch key {
        case "site": siteName
        case "lang": language.tag
        case "other_lang": language.other.rawValue
        default: assetPaths[key]
        }
    }

    private func sentence(
        _ key: String,
        _ language: PageLanguage,
        _ values: [String: String]
    ) -> String? {
        guard let text = PageTexts.sentence(key, in: language) else { return nil }
        return PageTemplate(text).renderSentence { key in
            key == "site" ? siteName : values[key]
        }
    }
}
