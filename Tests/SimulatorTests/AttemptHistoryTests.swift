import Simulator
import Testing

/// Which histories of an attempt could be those of a login without a fault (I24).
@Suite(.timeLimit(.minutes(10))) struct AttemptHistoryTests {
    private typealias Step = AttemptHistory.Step

    private static func step(
        _ kind: Step.Kind,
        _ arrived: Int64,
        _ departed: Int64?,
        isCertain: Bool = true
    ) -> Step {
        Step(kind, arrived: arrived, departed: departed, isCertain: isCertain)
    }

    private let scan = step(.scan(person: "alice", phone: "a", nonce: "1"), 0, 1)
    private let confirm = step(.confirm(phone: "a", nonce: "1"), 2, 3)
    private let complete = step(.complete(person: "alice"), 4, 5)

    private func isPossible(_ steps: Step...) -> Bool { AttemptHistory(steps).isPossible }

    @Test func `a scan, its confirm and a complete are a login`() {
        #expect(isPossible(scan, confirm, complete))
    }

    @Test func `a login without its scan or its confirm is none`() {
        #expect(!isPossible(confirm, complete))
        #expect(!isPossible(scan, complete))
    }

    @Test func `a confirm that nobody acknowledged may have been one`() {
        let maybe = Self.step(.confirm(phone: "a", nonce: "1"), 2, nil, isCertain: false)
        #expect(isPossible(scan, maybe, complete))
        let late = Self.step(.confirm(phone: "a", nonce: "1"), 6, nil, isCertain: false)
        #expect(!isPossible(scan, late, complete))
    }

    @Test func `nobody is logged in as somebody else, or twice`() {
        #expect(!isPossible(scan, confirm, Self.step(.complete(person: "mallory"), 4, 5)))
        #expect(!isPossible(scan, confirm, complete, Self.step(.complete(person: "alice"), 6, 7)))
    }

    @Test func `a cancel that was acknowledged first lets nobody in, one at the same time may`() {
        let cancel = Self.step(.phoneCancel(phone: "a", nonce: "1"), 3, 3)
        #expect(!isPossible(scan, confirm, cancel, complete))
        let newer = Self.step(.giveUp, 3, 9)
        #expect(isPossible(scan, confirm, newer, complete))
        #expect(!isPossible(scan, confirm, Self.step(.browserCancel, 6, 7), complete))
    }

    @Test func `an older nonce and another phone confirm nothing`() {
        let again = Self.step(.scan(person: "alice", phone: "a", nonce: "2"), 1, 1)
        #expect(
            !isPossible(
                scan,
                Self.step(.scan(person: "alice", phone: "a", nonce: "2"), 2, 2),
                Self.step(.confirm(phone: "a", nonce: "1"), 3, 3),
                complete
            )
        )
        #expect(
            isPossible(scan, again, Self.step(.confirm(phone: "a", nonce: "2"), 2, 3), complete)
        )
        #expect(!isPossible(scan, Self.step(.confirm(phone: "b", nonce: "1"), 2, 3), complete))
        #expect(!isPossible(scan, Self.step(.scan(person: "bob", phone: "b", nonce: "3"), 2, 3)))
    }
}
