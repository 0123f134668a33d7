import LoginDomain
import TestSupport
import Testing

/// A million scenes: nobody guesses the next one.
///
/// For a fair coin thrown a million times, half a percent is ten standard deviations.
struct SceneStatisticsTests {
    private static let count = 1_000_000

    @Test func `T1: a million scenes of the system's dice are fair and all different`() {
        Self.check(SystemRandomNumberGenerator())
    }

    @Test func `T1: a million scenes of seeded dice are fair and all different`() {
        Self.check(SeededDice(seed: 2026))
    }

    private static func check(_ generator: some RandomNumberGenerator) {
        let sample = SceneSample(count: count, using: generator)
        #expect(sample.different == count)
        // Half a billion thousand pairs over 2^48 beginnings: one of them is alike in one such test
        // of 560, two in one of 600,000.
        #expect(sample.differentBeginnings >= count - 1)
        #expect(sample.shares.count == 144)
        for (bit, share) in sample.shares.enumerated() {
            #expect(abs(share - 0.5) < 0.005, "bit \(bit)")
        }
    }

    @Test func `T1: worn dice are noticed`() {
        let worn = SceneSample(count: 20_000, using: WornDice())
        #expect(worn.shares.contains { abs($0 - 0.5) > 0.03 })
        let stuck = SceneSample(count: 1000, using: ShortDice())
        #expect(stuck.different < 1000)
        #expect(stuck.differentBeginnings < 1000)
    }

    /// Dice with a bit that is set too often.
    private struct WornDice: RandomNumberGenerator {
        var fair = SeededDice(seed: 5)

        mutating func next() -> UInt64 {
            fair.next() | (fair.next() % 8 == 0 ? 1 << 17 : 0)
        }
    }

    /// Dice that begin again.
    private struct ShortDice: RandomNumberGenerator {
        var count: UInt64 = 0

        mutating func next() -> UInt64 {
            count += 1
            return (count % 900) &* 0x9E37_79B9_7F4A_7C15
        }
    }
}

/// What a heap of scenes looks like.
private struct SceneSample {
    /// How many different ones there are.
    var different: Int
    /// How many different first eight characters.
    var differentBeginnings: Int
    /// How often each of the 144 bits is set, as a share.
    var shares: [Double]

    init(count: Int, using generator: some RandomNumberGenerator) {
        var generator = generator
        var scenes: Set<String> = []
        scenes.reserveCapacity(count)
        var beginnings: Set<UInt64> = []
        beginnings.reserveCapacity(count)
        // Characters are counted and bits computed from them: six times less to count.
        var histogram = [Int](repeating: 0, count: 24 * 128)
        histogram.withUnsafeMutableBufferPointer { histogram in
            for _ in 0..<count {
                var text = SceneID(using: &generator).exposed
                scenes.insert(text)
                text.withUTF8 { characters in
                    var beginning: UInt64 = 0
                    var place = 0
                    while place < characters.count {
                        let character = characters[place]
                        histogram[place &* 128 &+ Int(character)] &+= 1
                        if place < 8 { beginning = beginning << 8 | UInt64(character) }
                        place &+= 1
                    }
                    beginnings.insert(beginning)
                }
            }
        }
        different = scenes.count
        differentBeginnings = beginnings.count
        shares = (0..<24).flatMap { place in
            (0..<6).map { bit in
                let set = Self.alphabet.enumerated()
                    .filter { $0.offset >> (5 - bit) & 1 == 1 }
                    .reduce(0) { $0 + histogram[place * 128 + Int($1.element)] }
                return Double(set) / Double(count)
            }
        }
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )
}
