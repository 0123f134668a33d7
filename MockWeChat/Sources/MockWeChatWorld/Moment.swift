/// A moment: milliseconds since 1970-01-01 00:00 UTC.
package struct Moment: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        milliseconds = seconds * 1000
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { floorDivide(milliseconds, 1000) }

    package static func < (one: Self, other: Self) -> Bool {
        one.milliseconds < other.milliseconds
    }

    /// The moment `seconds` later.
    package func adding(seconds: Int64) -> Moment {
        Moment(milliseconds: milliseconds + seconds * 1000)
    }
}

// MARK: - Windows in which WeChat counts calls

extension Moment {
    /// The clock minute this moment lies in.
    var minute: Int64 { floorDivide(seconds, 60) }

    /// The day this moment lies in; WeChat's days end at midnight in Beijing, UTC+8 all year.
    var dayInBeijing: Int64 { floorDivide(seconds + 8 * 3600, 86_400) }

    /// The month this moment lies in, in Beijing, counted from the year 0.
    var monthInBeijing: Int64 {
        let date = Self.date(days: dayInBeijing)
        return date.year * 12 + date.month
    }
}

// MARK: - ISO 8601

extension Moment {
    /// ISO 8601 in UTC with milliseconds, such as `2026-01-01T00:00:00.000Z`.
    package var iso8601: String {
        let days = floorDivide(milliseconds, 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let date = Self.date(days: days)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let hour = padded(rest / 3_600_000, 2)
        let minute = padded(rest / 60_000 % 60, 2)
        let second = padded(rest / 1000 % 60, 2)
        return "\(day)T\(hour):\(minute):\(second).\(padded(rest % 1000, 3))Z"
    }

    /// The form of the field `Date`, such as `Thu, 01 Jan 2026 00:00:00 GMT` (RFC 9110, section 5.6.7).
    package var httpDate: String {
        let days = floorDivide(milliseconds, 86_400_000)
        let date = Self.date(days: days)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let weekday = weekdays[Int(days - floorDivide(days, 7) * 7)]
        let month = months[Int(date.month) - 1]
        let time = iso8601.dropFirst(11).prefix(8)
        return "\(weekday), \(padded(date.day, 2)) \(month) \(padded(date.year, 4)) \(time) GMT"
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.f][Z|+hh:mm]`; nothing else, and no date that does not exist.
    package init?(iso8601 text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.digits(4, from: &rest), Self.skip("-", in: &rest),
            let month = Self.digits(2, from: &rest), Self.skip("-", in: &rest),
            let day = Self.digits(2, from: &rest), Self.skip("T", in: &rest),
            let hour = Self.digits(2, from: &rest), Self.skip(":", in: &rest),
            let minute = Self.digits(2, from: &rest), Self.skip(":", in: &rest),
            let second = Self.digits(2, from: &rest),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if Self.skip(".", in: &rest) {
            let shown = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...9).contains(shown.count) else { return nil }
            rest = rest.dropFirst(shown.count)
            let thousandths = (shown + [48, 48, 48]).prefix(3)
            fraction = thousandths.reduce(0) { $0 * 10 + Int64($1 - 48) }
        }
        var offset: Int64 = 0
        if !Self.skip("Z", in: &rest) {
            let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
            guard Self.skip("+", in: &rest) || Self.skip("-", in: &rest),
                let hours = Self.digits(2, from: &rest), Self.skip(":", in: &rest),
                let minutes = Self.digits(2, from: &rest), hours < 24, minutes < 60
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        let days = Self.days(year: year, month: month, day: day)
        guard rest.isEmpty, Self.date(days: days) == (year, month, day) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        milliseconds = seconds * 1000 + fraction
    }

    private static func digits(_ count: Int, from rest: inout ArraySlice<UInt8>) -> Int64? {
        let shown = rest.prefix(count)
        guard shown.count == count, shown.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return shown.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func skip(_ letter: Unicode.Scalar, in rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: letter) else { return false }
        rest = rest.dropFirst()
        return true
    }

    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that begin
    // in March, so that the leap day comes last.

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = floorDivide(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Division that rounds down, also below zero.
private func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}
