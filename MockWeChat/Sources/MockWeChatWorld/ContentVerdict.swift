/// What the content check thinks of some texts.
struct ContentVerdict: Sendable {
    enum Suggestion: String, Sendable {
        case pass
        case review
        case risky
    }

    let suggestion: Suggestion
    /// The word that was hit.
    let keyword: String?

    /// WeChat's label of what is wrong: 100 normal, 20003 abuse, 21000 other.
    private var label: Int {
        switch suggestion {
        case .pass: 100
        case .review: 21_000
        case .risky: 20_003
        }
    }

    /// `result` and `detail` of version 2.
    var members: [JSONMember] {
        let result: JSON = ["suggest": .string(suggestion.rawValue), "label": .integer(label)]
        var detail: [JSON] = [
            [
                "strategy": "content_model", "errcode": 0,
                "suggest": .string(suggestion.rawValue), "label": .integer(label), "prob": 90,
            ]
        ]
        if let keyword {
            detail.append([
                "strategy": "keyword", "errcode": 0, "suggest": .string(suggestion.rawValue),
                "label": .integer(label), "level": 90, "keyword": .string(keyword),
            ])
        }
        return [JSONMember("result", result), JSONMember("detail", .array(detail))]
    }
}

extension WorldDescription {
    /// A risky word anywhere makes the whole risky; a word for review makes it one for review.
    func verdict(on texts: [String]) -> ContentVerdict {
        for (words, suggestion) in [
            (riskyWords, ContentVerdict.Suggestion.risky), (reviewWords, .review),
        ] {
            for word in words where texts.contains(where: { $0.contains(word) }) {
                return ContentVerdict(suggestion: suggestion, keyword: word)
            }
        }
        return ContentVerdict(suggestion: .pass, keyword: nil)
    }
}
