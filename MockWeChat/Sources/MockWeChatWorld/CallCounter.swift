/// The calls of one kind by one app, in clock minutes and in Beijing days.
///
/// A refused call does not count against a limit.
struct CallCounter: Sendable {
    /// All calls, the refused ones too.
    var calls = 0
    private var minute: Int64 = .min
    private var inMinute = 0
    private(set) var minutePeak = 0
    private var day: Int64 = .min
    private var inDay = 0

    func used(inMinuteOf now: Moment) -> Int { minute == now.minute ? inMinute : 0 }
    func used(inDayOf now: Moment) -> Int { day == now.dayInBeijing ? inDay : 0 }

    /// Notes a call, and counts it when it has succeeded.
    mutating func note(succeeded: Bool, at now: Moment) {
        calls += 1
        if succeeded { count(at: now) }
    }

    mutating func count(at now: Moment) {
        inMinute = used(inMinuteOf: now) + 1
        minute = now.minute
        minutePeak = max(minutePeak, inMinute)
        inDay = used(inDayOf: now) + 1
        day = now.dayInBeijing
    }

    mutating func clearDay() { inDay = 0 }
}
