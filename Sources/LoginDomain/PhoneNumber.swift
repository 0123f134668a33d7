/// A phone number that its owner has given, as E.164 writes it: a plus sign and 7 to 15 digits.
///
/// It is personal, and prints `<redacted>` (T35).
package struct PhoneNumber: Sendable, Equatable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// The number itself, for websites that its owner lets know it.
    ///
    /// Never log it.
    package let exposed: String

    package init?(e164 text: String) {
        let digits = text.utf8.dropFirst()
        guard text.hasPrefix("+"), (7...15).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.first != UInt8(ascii: "0")
        else { return nil }
        self.exposed = text
    }

    /// Enough of it for its owner to know it by, and too little for anybody else: the last four digits.
    package var masked: String {
        "+" + String(repeating: "*", count: exposed.utf8.count - 5) + exposed.suffix(4)
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
