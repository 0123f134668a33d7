/// What a world is made of at its start: the content of a world file.
package struct WorldDescription: Sendable, Equatable {
    package var seed: UInt64
    package var clock: ClockDescription
    package var apps: [AppDescription]
    package var people: [PersonDescription]
    package var switches: WorldSwitches
    /// Words that the content checks find risky.
    package var riskyWords = ["risky"]
    /// Words that the content checks want a person to look at.
    package var reviewWords = ["review"]

    /// The most a seed can be: what every reader of the JSON form can hold in 64 bits.
    package static let seedMax = UInt64(Int64.max)
}
