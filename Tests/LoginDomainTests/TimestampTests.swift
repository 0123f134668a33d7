import LoginDomain
import Testing

struct TimestampTests {
    private let moment = Timestamp(milliseconds: 1000)

    @Test func `moments move by durations, in whole milliseconds`() {
        #expect(moment + .seconds(2) == Timestamp(milliseconds: 3000))
        #expect(moment - .seconds(2) == Timestamp(milliseconds: -1000))
        #expect(moment + .microseconds(1999) == Timestamp(milliseconds: 1001))
        #expect(moment + .zero == moment)
        #expect(moment + .milliseconds(-1) == Timestamp(milliseconds: 999))
    }

    @Test func `moments are ordered, and the time between them has a sign`() {
        #expect(moment < Timestamp(milliseconds: 1001))
        #expect(!(moment < moment))
        #expect(Timestamp(milliseconds: 3500).since(moment) == .milliseconds(2500))
        #expect(moment.since(Timestamp(milliseconds: 3500)) == .milliseconds(-2500))
    }

    @Test(
        arguments: [
            (-5000, 0), (0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (120_000, 120),
            (119_001, 120),
        ] as [(Int64, Int)]
    )
    func `seconds left are rounded up and never below zero`(left: Int64, seconds: Int) {
        #expect((moment + .milliseconds(left)).secondsLeft(at: moment) == seconds)
    }

    @Test func `a duration drops what is smaller than a millisecond`() {
        #expect(Duration.seconds(3).wholeMilliseconds == 3000)
        #expect(Duration.nanoseconds(999_999).wholeMilliseconds == 0)
        #expect(Duration.nanoseconds(1_000_001).wholeMilliseconds == 1)
        #expect((Duration.seconds(1) + .milliseconds(999)).wholeMilliseconds == 1999)
    }
}
