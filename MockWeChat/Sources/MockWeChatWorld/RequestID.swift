/// The id that WeChat gives to a call: the second of the call in hex, then two groups that look random.
///
/// WeChat page api_getridinfo. About 40 published samples have both groups below 80000000.
struct RequestID: Sendable {
    let text: String
    /// Seconds since 1970.
    let seconds: Int64

    /// A new one.
    init(at now: Moment, using dice: inout Dice) {
        seconds = now.seconds
        let groups = [
            UInt32(truncatingIfNeeded: now.seconds),
            UInt32(truncatingIfNeeded: dice.next() >> 33),
            UInt32(truncatingIfNeeded: dice.next() >> 33),
        ]
        let texts = groups.map { group in
            let digits = String(group, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        text = texts.joined(separator: "-")
    }

    /// Reads one; nil when the text has another form.
    init?(_ text: String) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.count == 3,
            groups.allSatisfy({ group in
                group.utf8.count == 8 && group.utf8.allSatisfy(Alphabet.hex.letters.contains)
            }), let seconds = Int64(groups[0], radix: 16)
        else { return nil }
        self.text = text
        self.seconds = seconds
    }
}
