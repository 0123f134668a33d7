import Testing

@testable import WeChatClient

/// The value that keeps calls from a WeChat that does not answer, event by event.
@Suite struct BreakerTests {
    private var breaker = Breaker()

    /// One call: passes where it may, and ends as said.
    private mutating func call(
        _ outcome: Breaker.Outcome,
        at now: Int64,
        lasting: Int64 = 0
    ) -> Breaker.Rest? {
        if let rest = breaker.rest(at: now) { return rest }
        let isProbe = breaker.passed()
        breaker.finished(outcome, isProbe: isProbe, startedAt: now, at: now + lasting)
        return nil
    }

    private mutating func fail(_ count: Int, at now: Int64) {
        for _ in 0..<count { _ = call(.failed(retryAt: nil), at: now) }
    }

    private func rest(_ milliseconds: Int64, isQuota: Bool = false) -> Breaker.Rest {
        Breaker.Rest(milliseconds: milliseconds, isQuota: isQuota)
    }

    @Test mutating func `T44 the fifth failure in ten seconds starts ten seconds of rest`() {
        for moment in [0, 2_000, 4_000, 6_000] as [Int64] {
            fail(1, at: moment)
            #expect(breaker.rest(at: moment) == nil)
        }
        fail(1, at: 9_999)
        #expect(breaker.rest(at: 9_999) == rest(10_000))
        #expect(breaker.rest(at: 19_998) == rest(1))
        #expect(breaker.rest(at: 19_999) == nil)
    }

    @Test mutating func `failures that are ten seconds apart are forgotten`() {
        for turn in 0..<100 as Range<Int64> {
            fail(4, at: turn * 10_000)
            #expect(breaker.rest(at: turn * 10_000) == nil)
        }
    }

    @Test mutating func `an answer between failures is a sign of life`() {
        for turn in 0..<100 as Range<Int64> {
            fail(4, at: turn)
            _ = call(.answered, at: turn)
        }
        #expect(breaker.state == .closed(failures: []))
    }

    @Test mutating func `T44 after the rest one call goes out and the others wait for it`() {
        fail(5, at: 0)
        let isProbe = breaker.rest(at: 10_000) == nil && breaker.passed()
        #expect(isProbe)
        for moment in [10_000, 12_000, 14_999] as [Int64] {
            #expect(breaker.rest(at: moment) == rest(1_000))
        }
        breaker.finished(.answered, isProbe: true, startedAt: 10_000, at: 15_000)
        #expect(breaker.state == .closed(failures: []))
    }

    @Test mutating func `T44 a call that looks and hangs does not put off the next one`() {
        fail(5, at: 0)
        _ = call(.failed(retryAt: nil), at: 10_000, lasting: 5_000)
        #expect(breaker.rest(at: 15_000) == rest(5_000))
        #expect(breaker.rest(at: 20_000) == nil)
    }

    /// WeChat comes back at any moment: who asks twice a second has an answer 15 s later at the most.
    @Test(arguments: stride(from: 0, to: 15_000, by: 250).map { Int64($0) })
    mutating func `T44 a WeChat that is back is found within fifteen seconds`(offset: Int64) {
        let back = 60_000 + offset
        var now: Int64 = 0
        var answeredAt: Int64?
        while now < back + 20_000, answeredAt == nil {
            // Until it is back a call hangs for its five seconds.
            let isBack = now >= back
            let rest = call(
                isBack ? .answered : .failed(retryAt: nil),
                at: now,
                lasting: isBack ? 0 : 5_000
            )
            if isBack, rest == nil { answeredAt = now }
            now += 500
        }
        #expect((answeredAt ?? .max) - back <= 15_000)
    }

    @Test mutating func `T33 a quota that is used up is looked at every ten seconds`() {
        _ = call(.quotaReached, at: 0)
        #expect(breaker.rest(at: 0) == rest(10_000, isQuota: true))
        var probes: [Int64] = []
        for moment in stride(from: 0, to: 600_000, by: 10) as StrideTo<Int64> {
            if call(.quotaReached, at: moment, lasting: 5) == nil { probes.append(moment) }
        }
        #expect(probes.count == 59)
        #expect(zip(probes, probes.dropFirst()).allSatisfy { $1 - $0 >= 10_000 })
    }

    @Test mutating func `calls from before the rest say nothing about the present`() {
        fail(5, at: 0)
        breaker.finished(.answered, isProbe: false, startedAt: 0, at: 4_000)
        #expect(breaker.rest(at: 4_000) == rest(6_000))
        _ = breaker.passed()
        breaker.finished(.answered, isProbe: false, startedAt: 0, at: 10_001)
        breaker.finished(.failed(retryAt: nil), isProbe: false, startedAt: 0, at: 10_002)
        #expect(breaker.rest(at: 10_003) == rest(1_000))
    }

    @Test mutating func `a call whose caller went away is no failure, but it was the one`() {
        for _ in 0..<100 { _ = call(.unknown, at: 0) }
        #expect(breaker.rest(at: 0) == nil)
        fail(5, at: 0)
        _ = call(.unknown, at: 10_000, lasting: 10)
        #expect(breaker.rest(at: 10_010) == rest(9_990))
    }

    @Test mutating func `a call that never went out leaves its turn to the next`() {
        fail(5, at: 0)
        _ = call(.unsent, at: 10_000, lasting: 100)
        #expect(breaker.rest(at: 10_100) == nil)
    }

    @Test mutating func `a rest ends sooner when it is known what ends the failures`() {
        fail(4, at: 0)
        _ = call(.failed(retryAt: 3_000), at: 0)
        #expect(breaker.rest(at: 0) == rest(3_000))
        _ = call(.failed(retryAt: 90_000), at: 3_000)
        #expect(breaker.rest(at: 3_000) == rest(10_000))
        // What is past says nothing.
        _ = call(.failed(retryAt: 1), at: 13_000)
        #expect(breaker.rest(at: 13_000) == rest(10_000))
    }
}
