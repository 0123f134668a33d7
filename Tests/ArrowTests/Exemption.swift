/// A place where a habit is right, and why.
struct Exemption {
    var habit: String
    var file: String
    /// What the code says there, as often as it does: one more is not exempt.
    var words: [String]
    var reason: String

    static let all = [
        Exemption(
            habit: "clock",
            file: "Sources/HTTPTransportAHC/AHCTransport.swift",
            words: ["Task.sleep"],
            reason: "the real plug of the seam: a call's deadline is real time"
        ),
        Exemption(
            habit: "clock",
            file: "MockWeChat/Sources/MockWeChat/Moment+Machine.swift",
            words: ["Date.now"],
            reason: "the library is a program's whole inside: its users plug nothing in"
        ),
        Exemption(
            habit: "clock",
            file: "Sources/FakePhone/Library/PhoneTime+Machine.swift",
            words: ["ContinuousClock"],
            reason: "the library's users script phones and plug nothing in"
        ),
        Exemption(
            habit: "dice",
            file: "MockWeChat/Sources/MockWeChatServer/MockCertificate.swift",
            words: ["PrivateKey()", "PrivateKey()"],
            reason: "a key that a seed could foretell would make every trusting caller an open door"
        ),
        Exemption(
            habit: "generator",
            file: "Sources/FakePhone/SplitMix64.swift",
            words: ["struct SplitMix64: RandomNumberGenerator, Sendable {"],
            reason: "a scenario's seed decides what the phone does; nothing here is a secret"
        ),
        Exemption(
            habit: "generator",
            file: "MockWeChat/Sources/MockWeChatWorld/Dice.swift",
            words: ["struct Dice: RandomNumberGenerator, Sendable {"],
            reason: "the world's seed decides its answers; nothing here is a secret"
        ),
        Exemption(
            habit: "generator",
            file: "Sources/Simulator/World/SplitMix64.swift",
            words: ["struct SplitMix64: RandomNumberGenerator, Sendable {"],
            reason: "a simulation's seed decides everything; nothing in it is a secret"
        ),
        Exemption(
            habit: "unstructured task",
            file: "Sources/Simulator/World/SeededExecutor.swift",
            words: ["Task("],
            reason: "the simulator's executor runs what is started here, in the seed's order"
        ),
        Exemption(
            habit: "unstructured task",
            file: "Sources/WebSocketUpgrade/UpgradeGate.swift",
            words: ["makeFutureWithTask"],
            reason: "a pipeline is not async: the gatekeeper is asked from an event loop"
        ),
        Exemption(
            habit: "unstructured task",
            file: "Sources/FakePhone/ScenarioRunner.swift",
            words: ["Task {"],
            reason: "a cancelled play still takes back what it did to the mock, and waits"
        ),
    ]
}
