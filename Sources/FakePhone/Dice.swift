internal import Synchronization

/// The one generator of a run, lent to whoever needs a throw.
package final class Dice: Sendable {
    private let seed: UInt64
    private let generator: Mutex<SplitMix64>

    package init(seed: UInt64) {
        self.seed = seed
        generator = Mutex(SplitMix64(seed: seed))
    }

    /// Dice for one part of a run, which other parts' throws do not change.
    package func child(_ name: String) -> Dice {
        // FNV-1a: the same on every machine and in every process.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return Dice(seed: seed ^ hash)
    }

    /// Lends the generator to `body`.
    package func roll<Value: Sendable>(_ body: (inout SplitMix64) -> Value) -> Value {
        generator.withLock { generator in body(&generator) }
    }

    /// A string of base64url characters, the shape of a scene.
    package func scene(characters: Int = 24) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        )
        return roll { generator in
            String(
                (0..<characters).map { _ in
                    alphabet[Int(generator.next() % UInt64(alphabet.count))]
                }
            )
        }
    }
}
