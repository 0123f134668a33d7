/// The world's dice: SplitMix64, so that a seed gives the same rolls everywhere and for ever.
///
/// The constants are those of Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A text of `count` letters out of an alphabet.
    mutating func text(_ count: Int, of alphabet: Alphabet) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity(count)
        for _ in 0..<count {
            letters.append(alphabet.letters[Int(next() % UInt64(alphabet.letters.count))])
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// A number from 0 up to, not including, 1.
    mutating func share() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
