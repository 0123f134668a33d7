import LoginDomain
import TestSupport
import Testing

/// What a person is asked to look at before a login.
struct HumanCheckTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.200", true), ("192.0.2.1", "192.0.3.1", false),
        ("2001:db8:1::1", "2001:db8:1:ffff::2", true), ("2001:db8:1::1", "2001:db8:2::1", false),
        ("2001:db8::", "2001:0db8:0:0:0:0:0:9", true), ("::1", "::2", true),
        ("fe80::1%eth0", "fe80::2", true), ("::ffff:192.0.2.1", "192.0.2.9", true),
        ("::ffff:192.0.2.1", "192.0.9.9", false), ("192.0.2.1", "2001:db8::1", false),
        // What cannot be read is of no network, and not of the same one.
        ("unknown", "unknown", false), ("", "", false), ("1.2.3", "1.2.3", false),
        ("1.2.3.400", "1.2.3.400", false), ("1::2::3", "1::2::3", false),
        ("12345::", "12345::", false), ("1:2:3:4:5:6:7", "1:2:3:4:5:6:7", false),
        ("1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:9", false), ("1.2.3.4.5", "1.2.3.4.5", false),
    ])
    func `T4: two addresses are of one network or not`(
        one: String,
        other: String,
        same: Bool
    ) {
        #expect(Network.isSame(one, other) == same)
        #expect(Network.isSame(other, one) == same)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.2", false), ("::ffff:192.0.2.1", "192.0.2.1", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:0db8:1:2:0:0:0:1%eth0", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("unknown", "unknown", true),
        ("unknown", "other", false), ("1::2::3", "1::2::4", false),
    ])
    func `T32 whoever has a network of IPv6 is one stranger`(
        one: String,
        other: String,
        same: Bool
    ) {
        #expect((Network.stranger(one) == Network.stranger(other)) == same)
    }

    @Test func `T4: whoever meets a rule about numbers meets the lesser ones`() {
        let rules = NumberMatching.allCases
        #expect(rules == [.off, .networks, .always])
        #expect(rules == rules.sorted())
        #expect(!(NumberMatching.networks >= .always) && !(NumberMatching.off >= .networks))
        #expect(rules.allSatisfy { $0 >= $0 && !($0 < $0) })
    }

    @Test func `T4: only the camera passes under the strict policy`() {
        for launch in [1048, 1049, 1007, 0, 1046] as [Int?] + [nil] {
            #expect(!LaunchPolicy.strict.allows(launch))
            #expect(LaunchPolicy.strict.warns(of: launch))
            #expect(LaunchPolicy.warn.allows(launch) && LaunchPolicy.warn.warns(of: launch))
            #expect(LaunchPolicy.off.allows(launch) && !LaunchPolicy.off.warns(of: launch))
        }
        for policy in LaunchPolicy.allCases {
            #expect(policy.allows(1047) && !policy.warns(of: 1047))
        }
    }

    private func scanned(launch: Int?, number: Int?, _ policy: LoginPolicy) -> Attempt {
        var attempt = Cast.attempt(policy: policy)
        _ = attempt.scan(
            by: Cast.alice,
            phone: Cast.phone,
            nonce: Cast.nonce,
            launch: launch,
            number: number,
            at: Cast.at(1000),
            policy: policy
        )
        return attempt
    }

    private func confirm(
        _ attempt: inout Attempt,
        number: Int?,
        at now: Int64 = 5000,
        _ policy: LoginPolicy
    ) -> Attempt.ConfirmOutcome {
        attempt.confirm(
            phone: Cast.phone,
            nonce: Cast.nonce,
            number: number,
            at: Cast.at(now),
            policy: policy
        )
    }

    @Test func `T4: a blocked reading changes nothing, and a rescan by camera mends it`() {
        var policy = LoginPolicy()
        policy.launch = .strict
        var attempt = scanned(launch: 1048, number: nil, policy)
        let before = attempt
        #expect(confirm(&attempt, number: nil, policy) == .blocked)
        #expect(attempt == before)
        _ = attempt.scan(
            by: Cast.alice,
            phone: Cast.phone,
            nonce: Cast.nonce,
            launch: 1047,
            at: Cast.at(2000),
            policy: policy
        )
        #expect(attempt.seq == before.seq)
        #expect(confirm(&attempt, number: nil, policy) == .confirmed)
    }

    @Test func `T4: a number is asked for, guessed once, and shown only while scanned`() {
        let policy = LoginPolicy()
        #expect(scanned(launch: 1047, number: nil, policy).view(at: Cast.at(2000)).number == nil)
        var attempt = scanned(launch: 1047, number: 42, policy)
        #expect(attempt.view(at: Cast.at(2000)).number == 42)
        // Too fast comes first: a script does not learn whether a number is asked for.
        #expect(confirm(&attempt, number: nil, at: 1001, policy) == .tooFast)
        #expect(confirm(&attempt, number: 41, at: 1001, policy) == .tooFast)
        #expect(confirm(&attempt, number: nil, policy) == .numberRequired)
        #expect(attempt.view(at: Cast.at(5000)).state == .scanned)

        var wrong = attempt
        #expect(confirm(&wrong, number: 41, policy) == .wrongNumber)
        #expect(wrong.state == .cancelled && wrong.seq == attempt.seq + 1)
        #expect(confirm(&wrong, number: 42, policy) == .unavailable)
        #expect(wrong.view(at: Cast.at(5000)).number == nil)

        #expect(confirm(&attempt, number: 42, policy) == .confirmed)
        #expect(attempt.view(at: Cast.at(5000)).number == nil)
        // A lost answer is repeated, whatever number comes along.
        #expect(confirm(&attempt, number: nil, policy) == .repeated)
        // At its end it is no longer shown either.
        let late = scanned(launch: 1047, number: 42, policy)
        #expect(late.view(at: Cast.at(61_000)).number == nil)
    }

    @Test func `T4: a rescan keeps the number`() {
        let policy = LoginPolicy()
        var attempt = scanned(launch: 1047, number: 42, policy)
        _ = attempt.scan(
            by: Cast.alice,
            phone: Cast.otherPhone,
            nonce: Cast.laterNonce,
            launch: 1047,
            number: 17,
            at: Cast.at(2000),
            policy: policy
        )
        #expect(attempt.view(at: Cast.at(3000)).number == 42)
    }

    @Test func `T4: when a number is required`() {
        let (near, far) = ("192.0.2.9", "198.51.100.1")
        for (matching, expected) in [
            (NumberMatching.off, [false, false]), (.networks, [false, true]),
            (.always, [true, true]),
        ] {
            let required = [near, far].map {
                matching.isRequired(browser: "192.0.2.1", phone: $0)
            }
            #expect(required == expected, "\(matching)")
        }
    }
}
