/// Dice with a seed: the same seed throws the same numbers in every process and on every machine.
///
/// The steps are those of Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Other dice, whose throws say nothing of these.
    package mutating func split() -> SplitMix64 { SplitMix64(seed: next()) }

    /// A number from 0 up to, not including, `count`.
    package mutating func below(_ count: Int) -> Int {
        count <= 1 ? 0 : Int(next() % UInt64(count))
    }

    /// A number of the range.
    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Whether something of this probability happens.
    package mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
    }

    /// One of several.
    package mutating func one<Value>(of values: [Value]) -> Value {
        values[below(values.count)]
    }
}
