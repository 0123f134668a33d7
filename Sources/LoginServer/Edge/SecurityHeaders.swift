import HTTPTypes
import OpenIDConnect

/// The headers every answer carries, by its kind (threat model, section 3).
struct SecurityHeaders: Sendable {
    private let origin: Origin
    private let pagePolicy: String

    init(origin: Origin) {
        self.origin = origin
        var policy = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'",
            // The code picture arrives as a data URL.
            "img-src 'self' data:",
            // Spelled out: WebKit did not count WebSockets under 'self' for years.
            "connect-src 'self' \(origin.webSocketOrigin)",
            "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'",
            "object-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
        ]
        if origin.isSecure { policy.append("upgrade-insecure-requests") }
        pagePolicy = policy.joined(separator: "; ")
    }

    enum Kind {
        case page
        case data
        /// A style, script or icon whose name holds the hash of its content.
        case asset
        /// A person's picture, which websites show too.
        case picture
        case redirect
        /// What every website may read, and keep for a while.
        case metadata
    }

    func add(to fields: inout HTTPFields, _ kind: Kind) {
        if origin.isSecure {
            fields[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        }
        switch kind {
        case .page:
            fields[.cacheControl] = "no-store"
            fields[.xContentTypeOptions] = "nosniff"
            fields[.contentSecurityPolicy] = pagePolicy
            fields[.xFrameOptions] = "DENY"
            fields[.referrerPolicy] = "no-referrer"
            fields[.crossOriginOpenerPolicy] = "same-origin"
            fields[.crossOriginResourcePolicy] = "same-origin"
            fields[.crossOriginEmbedderPolicy] = "require-corp"
            fields[.permissionsPolicy] = Self.permissions
            fields[.xRobotsTag] = "noindex, nofollow"
            fields[.xDNSPrefetchControl] = "off"
            fields[.vary] = "Accept-Language"
        case .data:
            fields[.cacheControl] = "no-store"
            fields[.xContentTypeOptions] = "nosniff"
            fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
            fields[.crossOriginResourcePolicy] = "same-origin"
        case .asset:
            fields[.cacheControl] = "public, max-age=31536000, immutable"
            fields[.xContentTypeOptions] = "nosniff"
            fields[.crossOriginResourcePolicy] = "same-origin"
        case .picture:
            fields[.cacheControl] = "public, max-age=31536000, immutable"
            fields[.xContentTypeOptions] = "nosniff"
            // Somebody uploaded it: opened by itself it may do nothing.
            fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'; sandbox"
            fields[.crossOriginResourcePolicy] = "cross-origin"
        case .metadata:
            fields[.cacheControl] = "public, max-age=\(JWKSet.maxAgeSeconds)"
            fields[.xContentTypeOptions] = "nosniff"
        case .redirect:
            fields[.cacheControl] = "no-store"
            fields[.xContentTypeOptions] = "nosniff"
            fields[.referrerPolicy] = "no-referrer"
        }
    }

    /// Without `bluetooth=()`: Chromium warns about it on the console.
    private static let permissions =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
        + "microphone=(), midi=(), payment=(), serial=(), usb=()"
}

extension HTTPField.Name {
    static let cfConnectingIP = name("CF-Connecting-IP")
    static let clearSiteData = name("Clear-Site-Data")
    static let crossOriginEmbedderPolicy = name("Cross-Origin-Embedder-Policy")
    static let crossOriginOpenerPolicy = name("Cross-Origin-Opener-Policy")
    static let forwarded = name("Forwarded")
    static let pragma = name("Pragma")
    static let permissionsPolicy = name("Permissions-Policy")
    static let referrerPolicy = name("Referrer-Policy")
    static let xDNSPrefetchControl = name("X-DNS-Prefetch-Control")
    static let xForwardedFor = name("X-Forwarded-For")
    static let xForwardedHost = name("X-Forwarded-Host")
    static let xForwardedProto = name("X-Forwarded-Proto")
    static let xFrameOptions = name("X-Frame-Options")
    static let xRealIP = name("X-Real-IP")
    static let xRobotsTag = name("X-Robots-Tag")
    /// Our page's script sends it; a foreign page cannot without a preflight that we refuse.
    static let xSL = name("X-SL")
    /// What the page was drawn for (`PageMark`).
    static let xSLRequest = name("X-SL-Request")
    /// What a browser fetches an answer for (Fetch Metadata, section 2.1).
    static let secFetchDest = name("Sec-Fetch-Dest")
    /// Whose page a browser comes from (section 2.3).
    static let secFetchSite = name("Sec-Fetch-Site")
    /// Whether a browser fetches before its user wants to go there (Fetch, section 2.2.2).
    static let secPurpose = name("Sec-Purpose")
    /// The same, by browsers from before there was that.
    static let purpose = name("Purpose")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is no field name")
        }
        return name
    }
}
