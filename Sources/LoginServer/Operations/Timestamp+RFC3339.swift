import Foundation
import LoginDomain

extension Timestamp {
    /// The moment in UTC to the millisecond, as in RFC 3339: `2026-01-01T00:00:00.007Z`.
    ///
    /// The thousandths are ours: a `Date` is a binary fraction, and 7 of them come out as 6.
    var rfc3339: String {
        let thousandths = ((milliseconds % 1000) + 1000) % 1000
        let seconds = (milliseconds - thousandths) / 1000
        let text = Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
        let digits = String(thousandths + 1000).dropFirst()
        return "\(text.dropLast()).\(digits)Z"
    }
}
