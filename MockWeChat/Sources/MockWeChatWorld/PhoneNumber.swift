/// A phone number as a world file writes it: `13800000001`, or `+49 30123456` for a foreign one.
struct PhoneNumber: Sendable {
    let country: String
    let pure: String

    init(_ text: String) {
        guard text.hasPrefix("+") else {
            country = "86"
            pure = text
            return
        }
        let parts = text.dropFirst().split(separator: " ", maxSplits: 1)
        country = String(parts.first ?? "")
        pure = String(parts.count > 1 ? parts[1] : "")
    }

    /// Foreign numbers carry their country in front.
    var withPrefix: String { country == "86" ? pure : country + pure }
}
