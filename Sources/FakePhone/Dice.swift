internal import Synchronization

/// The one generator of a run, lent to whoever needs a throw.
package final class Dice: Sendable {
    private let generator: Mutex<SplitMix64>

    package init(seed: UInt64) {
        generator = Mutex(SplitMix64(seed: seed))
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
