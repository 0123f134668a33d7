/// The two languages that the pages speak.
package enum PageLanguage: String, CaseIterable, Sendable {
    case chinese = "zh"
    case english = "en"

    /// The value of the HTML `lang` attribute and of a `Content-Language` header.
    package var tag: String {
        switch self {
        case .chinese: "zh-CN"
        case .english: "en"
        }
    }

    package var other: PageLanguage {
        switch self {
        case .chinese: .english
        case .english: .chinese
        }
    }

    /// Chooses the language for one request.
    ///
    /// What a person picked with the switch wins. Otherwise the better liked of Chinese and English
    /// in `Accept-Language`. A reader of neither gets English. A header that is absent, empty or
    /// content with anything gives Chinese, because people with WeChat mostly read it.
    ///
    /// - Parameters:
    ///   - query: The value of the query parameter `lang`, if there is one.
    ///   - locales: What a website asked for, the preferred first; the first we speak counts.
    ///   - acceptLanguage: The header, if there is one (RFC 9110, section 12.5.4).
    /// - Returns: One of the two, always.
    package static func choose(
        query: String?,
        locales: [String] = [],
        acceptLanguage: String?
    ) -> PageLanguage {
        if let query, let picked = PageLanguage(primarySubtagOf: query) {
            return picked
        }
        let asked = locales.prefix(32).lazy.compactMap { PageLanguage(primarySubtagOf: $0) }
        if let asked = asked.first { return asked }
        var best: (language: PageLanguage, quality: Int)?
        var namesAnother = false
        // Nobody has more than a handful of languages; a longer header is not worth reading.
        for item in (acceptLanguage ?? "").split(separator: ",").prefix(32) {
            let parts = item.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
            guard let range = parts.first, !range.isEmpty else { continue }
            let quality = quality(of: parts.dropFirst())
            guard quality > 0 else { continue }
            guard let language = PageLanguage(primarySubtagOf: range) else {
                namesAnother = namesAnother || range != "*"
                continue
            }
            // Of two that are liked as well, the one named first.
            if quality > best?.quality ?? 0 {
                best = (language, quality)
            }
        }
        return best?.language ?? (namesAnother ? .english : .chinese)
    }

    /// `zh`, `zh-CN`, `ZH_hant` are Chinese; `en` and `en-GB` English; anything else is neither.
    private init?(primarySubtagOf tag: some StringProtocol) {
        let primary = tag.prefix { $0 != "-" && $0 != "_" }
        self.init(rawValue: primary.lowercased())
    }

    /// The weight of a language range in thousandths; one that cannot be read counts as none given.
    private static func quality(of parameters: some Sequence<Substring>) -> Int {
        for parameter in parameters where parameter.hasPrefix("q=") || parameter.hasPrefix("Q=") {
            guard let value = Double(parameter.dropFirst(2)), (0...1).contains(value) else {
                return 1000
            }
            return Int(value * 1000)
        }
        return 1000
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: blank)
        while let last = text.last, blank(last) {
            text.removeLast()
        }
        return text
    }
}
