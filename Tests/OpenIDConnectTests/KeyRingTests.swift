import LoginDomain
import OpenIDConnect
import Testing

struct KeyRingTests {
    private static func hour(_ hours: Int64) -> Timestamp {
        Timestamp(milliseconds: hours * 3_600_000)
    }

    private static func ring(_ keys: (String, Int64)...) -> KeyRing {
        KeyRing(keys.map { KeyRing.Entry(kid: $0.0, publishedAt: hour($0.1)) })
    }

    @Test func `T22: the first key signs at once, since nobody has a copy of the set`() {
        let ring = Self.ring(("a", 0))
        #expect(ring.signer(at: Self.hour(0))?.kid == "a")
        #expect(ring.published(at: Self.hour(0)) == ["a"])
        #expect(Self.ring().signer(at: Self.hour(0)) == nil)
    }

    @Test func `T22: a new key is published for a day before it signs`() {
        let ring = Self.ring(("a", 0), ("b", 100))
        for hour in [100, 112, 123] as [Int64] {
            #expect(ring.signer(at: Self.hour(hour))?.kid == "a")
            #expect(ring.state(of: "b", at: Self.hour(hour)) == .next)
            #expect(ring.published(at: Self.hour(hour)) == ["a", "b"])
        }
        #expect(ring.signer(at: Self.hour(124))?.kid == "b")
    }

    @Test func `T22: the old key stays published until its last token has died everywhere`() {
        let ring = Self.ring(("a", 0), ("b", 100))
        let last = Self.hour(124) + KeyRing.retirement
        #expect(ring.state(of: "a", at: Self.hour(124)) == .retired)
        #expect(ring.published(at: last - .milliseconds(1)) == ["b", "a"])
        #expect(ring.published(at: last) == ["b"])
        #expect(ring.state(of: "a", at: last) == .withdrawn)
    }

    @Test func `T22: a key that is published no more is kept for hints, and then forgotten`() {
        let ring = Self.ring(("a", 0), ("b", 100))
        let end = Self.hour(124) + KeyRing.retirement + KeyRing.memory
        #expect(ring.state(of: "a", at: end - .milliseconds(1)) == .withdrawn)
        #expect(ring.forgettable(at: end - .milliseconds(1)).isEmpty)
        #expect(ring.state(of: "a", at: end) == .gone)
        #expect(ring.forgettable(at: end) == ["a"])
        #expect(KeyRing.memory == .seconds(90 * 24 * 3600))
    }

    @Test func `of keys that are published no more sixteen rows are kept, the youngest`() {
        // One a day: at the last hour the first seventeen are withdrawn, one signs and one is next.
        let keys = (0..<19).map {
            KeyRing.Entry(kid: "k\($0)", publishedAt: Self.hour(24 * Int64($0)))
        }
        let ring = KeyRing(keys)
        let now = Self.hour(24 * 18 + 12)
        #expect(ring.state(of: "k16", at: now) == .withdrawn)
        #expect(ring.state(of: "k17", at: now) == .signing)
        #expect(KeyRing.keptMax == 16)
        #expect(KeyRing.keptMax < SealedKey.countMax)
        #expect(ring.forgettable(at: now) == ["k0", "k1", "k2"])
        // Those that are in use stay, however many they are.
        let crowd = KeyRing(
            (0..<19).map { KeyRing.Entry(kid: "k\($0)", publishedAt: Self.hour(Int64($0))) }
        )
        #expect(crowd.forgettable(at: Self.hour(19)).isEmpty)
    }

    @Test func `a successor is told with the instant from which it signs`() {
        let ring = Self.ring(("a", 0), ("b", 100), ("c", 101))
        #expect(Self.ring(("a", 0)).successor(at: Self.hour(1)) == nil)
        #expect(ring.successor(at: Self.hour(102))?.kid == "c")
        #expect(ring.successor(at: Self.hour(102))?.signsAt == Self.hour(125))
        #expect(ring.successor(at: Self.hour(125)) == nil)
        #expect(Self.ring().successor(at: Self.hour(1)) == nil)
    }

    /// What a client may hold: the set of any moment of the last hour.
    @Test(arguments: [0, 1, 5, 23, 24, 25, 60] as [Int64])
    func `T22: whatever set of the last hour a client has, it holds the key that signs`(
        gap: Int64
    ) {
        let ring = Self.ring(("a", 0), ("b", 100), ("c", 100 + gap), ("d", 300))
        for minute in stride(from: Int64(61), through: 400 * 60, by: 7) {
            let now = Timestamp(milliseconds: minute * 60_000)
            guard let signer = ring.signer(at: now)?.kid else { continue }
            let old = now - .seconds(JWKSet.maxAgeSeconds)
            // The set as it stood then: keys that came later were not in it.
            let then = KeyRing(ring.entries.filter { $0.publishedAt <= old })
            #expect(then.published(at: old).contains(signer), "minute \(minute)")
            // And what was signed ten minutes ago can still be checked.
            let before = now - IDToken.lifetime
            if let earlier = KeyRing(ring.entries.filter { $0.publishedAt <= before })
                .signer(at: before)?.kid
            {
                #expect(ring.published(at: now).contains(earlier))
            }
        }
    }

    @Test func `a successor is published a day before it is needed`() {
        let period = KeyRing.period
        let first = Self.ring(("a", 0))
        #expect(!first.isRotationDue(at: Self.hour(0)))
        #expect(!first.isRotationDue(at: Self.hour(0) + period - KeyRing.lead - .seconds(1)))
        #expect(first.isRotationDue(at: Self.hour(0) + period - KeyRing.lead))
        let second = Self.ring(("a", 0), ("b", 100))
        #expect(!second.isRotationDue(at: Self.hour(110)))
        #expect(!second.isRotationDue(at: Self.hour(100) + period - .seconds(1)))
        #expect(second.isRotationDue(at: Self.hour(100) + period))
        #expect(Self.ring().isRotationDue(at: Self.hour(0)))
    }

    @Test func `T22: no key signs again when the one after it is revoked`() {
        let ring = Self.ring(("a", 0), ("b", 100), ("c", 200), ("d", 300))
        let now = Self.hour(310)
        #expect(ring.state(of: "c", at: now) == .signing)
        #expect(ring.leaving(with: "c", at: now) == ["a", "b", "c"])
        let left = Self.ring(("d", 300))
        #expect(left.signer(at: now)?.kid == "d")
        // One that does not sign goes alone: the signer stays what it was.
        for kid in ["a", "b", "d", "unknown"] {
            #expect(ring.leaving(with: kid, at: now) == [kid])
        }
    }

    @Test func `T22: after an emergency the oldest that is left signs, at once`() {
        let ring = Self.ring(("b", 100), ("c", 101))
        #expect(ring.signer(at: Self.hour(102))?.kid == "b")
        #expect(ring.state(of: "a", at: Self.hour(102)) == nil)
    }

    @Test func `the order of the rows changes nothing`() {
        #expect(Self.ring(("b", 5), ("a", 5), ("c", 1)) == Self.ring(("c", 1), ("a", 5), ("b", 5)))
    }
}
