import MockWeChatWorld

/// The virtual phone's page, or something that it loads.
struct PhoneAsset: Sendable {
    let contentType: String
    let bytes: [UInt8]

    init(_ contentType: String, _ bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }

    /// The page itself.
    static let page = PhoneAsset("text/html; charset=utf-8", PackageResources.phone_html)

    /// What the page loads, by name.
    static let all: [String: PhoneAsset] = {
        let script = "text/javascript; charset=utf-8"
        return [
            "icon.svg": PhoneAsset("image/svg+xml", PackageResources.icon_svg),
            "phone.css": PhoneAsset("text/css; charset=utf-8", PackageResources.phone_css),
            "phone-loader.js": PhoneAsset(script, PackageResources.phone_loader_js),
            "phone-screen.js": PhoneAsset(script, PackageResources.phone_screen_js),
            "phone-view.js": PhoneAsset(script, PackageResources.phone_view_js),
            "phone-words.js": PhoneAsset(script, PackageResources.phone_words_js),
            "phone-wx.js": PhoneAsset(script, PackageResources.phone_wx_js),
            "phone.js": PhoneAsset(script, PackageResources.phone_js),
        ]
    }()

    /// What every page of the mock carries: nothing inline, nothing from elsewhere, in nobody's frame.
    static let shields: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                + "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ]

    var reply: MockReply {
        var reply = MockReply(200, type: contentType, bytes)
        reply.fields += Self.shields
        return reply
    }
}
