import LoginDomain
import LoginStore
import Synchronization
import TestSupport
import Testing

@testable import LoginService

/// Who waits for an attempt, and what they hear.
@Suite(.timeLimit(.minutes(10))) struct WatchingTests {
    private let house = LoginHouse()

    @Test func `a watcher hears each change once and in order`() async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        #expect(watching.first == AttemptView(state: .created, seq: 1, expiresIn: 120))
        try await house.confirm(opened, by: house.phone("alice"))
        _ = try await house.service.complete(opened.cookie, ending: nil)
        #expect(
            watching.log.signals == [
                .state(AttemptView(state: .scanned, seq: 2, expiresIn: 60)),
                .state(AttemptView(state: .confirmed, seq: 3, expiresIn: 180)),
                .over,
            ]
        )
        #expect(house.service.watchers.count == 0)
    }

    @Test func `one who comes in the middle begins with the present state`() async throws {
        let opened = try await house.open()
        let caller = try await house.phone("alice")
        let scene = try house.scene(opened)
        let scanned = try await house.service.scan(scene, by: caller)
        house.time.advance(by: .seconds(10))
        let watching = try await house.watch(opened)
        #expect(watching.first == AttemptView(state: .scanned, seq: 2, expiresIn: 50))
        try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: caller)
        #expect(
            watching.log.signals == [.state(AttemptView(state: .confirmed, seq: 3, expiresIn: 170))]
        )
    }

    private enum Ending: CaseIterable {
        case phone
        case browser
        case newerCode
        case deadline
    }

    @Test(arguments: Ending.allCases)
    private func `an end is heard and the table is empty`(ending: Ending) async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let caller = try await house.phone("alice")
        let scene = try house.scene(opened)
        let scanned = try await house.service.scan(scene, by: caller)
        #expect(house.service.watchers.count == 1)
        let expected: AttemptView.PublicState
        switch ending {
        case .phone:
            try await house.service.cancel(scene, nonce: scanned.nonce.exposed, by: caller)
            expected = .cancelled
        case .browser:
            try await house.service.cancelAttempt(opened.cookie)
            expected = .cancelled
        case .newerCode:
            _ = try await house.open(superseding: opened.cookie)
            expected = .superseded
        case .deadline:
            house.time.advance(by: .seconds(60))
            try await house.service.sweep()
            expected = .expired
        }
        #expect(
            watching.log.signals == [
                .state(AttemptView(state: .scanned, seq: 2, expiresIn: 60)),
                .state(AttemptView(state: expected, seq: 3, expiresIn: 0)),
            ]
        )
        #expect(house.service.watchers.count == 0)
        // Nothing follows an end.
        try await house.service.sweep()
        _ = try? await house.service.scan(scene, by: caller)
        try? await house.service.cancelAttempt(opened.cookie)
        #expect(watching.log.signals.count == 2)
    }

    @Test func `T9 what repeats itself is not told again`() async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let caller = try await house.phone("alice")
        let scene = try house.scene(opened)
        _ = try await house.service.scan(scene, by: caller)
        let rescanned = try await house.service.scan(scene, by: caller)
        house.time.advance(by: .seconds(1))
        for _ in 0..<3 {
            try await house.service.confirm(scene, nonce: rescanned.nonce.exposed, by: caller)
        }
        try await house.service.sweep()
        #expect(watching.log.states == [.scanned, .confirmed])
    }

    @Test func `nobody hears of somebody else's attempt`() async throws {
        let mine = try await house.open()
        let other = try await house.open()
        let watching = try await house.watch(mine)
        try await house.confirm(other, by: house.phone("alice"))
        _ = try await house.service.complete(other.cookie, ending: nil)
        #expect(watching.log.signals.isEmpty)
    }

    // MARK: - The table

    @Test func `the newest watcher wins`() async throws {
        let opened = try await house.open()
        let old = try await house.watch(opened)
        let new = try await house.watch(opened)
        #expect(old.log.signals == [.replaced])
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        #expect(old.log.signals == [.replaced])
        #expect(new.log.states == [.scanned])
        #expect(house.service.watchers.count == 1)
    }

    @Test func `one who was replaced and goes takes nobody along`() async throws {
        let opened = try await house.open()
        let old = try await house.watch(opened)
        let new = try await house.watch(opened)
        house.service.watchers.remove(old.ticket)
        house.service.watchers.remove(old.ticket)
        #expect(house.service.watchers.count == 1)
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        #expect(new.log.states == [.scanned])
        house.service.watchers.remove(new.ticket)
        #expect(house.service.watchers.count == 0)
    }

    @Test func `T34 an attempt has one watcher and four polls however many come`() async throws {
        let opened = try await house.open()
        let id = try await house.service.attemptID(opened.cookie)
        let watchers = (0..<1000).map { _ in WatchLog() }
        for watcher in watchers { _ = house.service.watchers.add(id, watcher.sink) }
        let polls = (0..<1000).map { _ in WatchLog() }
        for poll in polls { _ = house.service.watchers.addPoll(id, poll.sink) }
        #expect(house.service.watchers.count == 1)
        #expect(house.service.watchers.pollCount == 4)
        #expect(watchers.dropLast().allSatisfy { $0.signals == [.replaced] })
        #expect(polls.dropLast(4).allSatisfy { $0.signals == [.replaced] })
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        #expect(watchers.last?.states == [.scanned])
        #expect(polls.suffix(4).allSatisfy { $0.states == [.scanned] })
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `T34 a thousand watchers leave nothing behind`() async throws {
        var policy = LoginPolicy()
        policy.attemptsPerAddressBurst = 1000
        let house = LoginHouse(policy: policy)
        var tickets: [WatchTicket] = []
        for _ in 0..<1000 {
            tickets.append(try await house.watch(house.open()).ticket)
        }
        #expect(house.service.watchers.count == 1000)
        for ticket in tickets { house.service.watchers.remove(ticket) }
        #expect(house.service.watchers.count == 0)
    }

    @Test func `a server that stops sends everybody away`() async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let id = try await house.service.attemptID(opened.cookie)
        let poll = WatchLog()
        _ = house.service.watchers.addPoll(id, poll.sink)
        house.service.watchers.closeAll()
        #expect(watching.log.signals == [.goingAway])
        #expect(poll.signals == [.goingAway])
        #expect(house.service.watchers.count == 0)
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `a server that stops sends its watchers away in the order in which they came`()
        async throws
    {
        let opened = try await house.open()
        let id = try await house.service.attemptID(opened.cookie)
        let heard = Mutex<[Int]>([])
        for number in 0..<12 {
            let other = try await number < 4 ? id : house.service.attemptID(house.open().cookie)
            // Four are polls of one attempt, the others watch one each.
            let sink: WatchSink = { _ in heard.withLock { $0.append(number) } }
            _ =
                number < 4
                ? house.service.watchers.addPoll(other, sink)
                : house.service.watchers.add(other, sink)
        }
        house.service.watchers.closeAll()
        #expect(heard.withLock { $0 } == Array(0..<12))
    }

    // MARK: - Long polls

    private func poll(
        _ house: LoginHouse,
        _ opened: OpenedAttempt,
        after seq: Int
    ) async throws -> AttemptView {
        try await house.service.view(opened.cookie, after: seq, waitingFor: .seconds(25))
    }

    @Test func `a poll behind the present state is answered at once`() async throws {
        let opened = try await house.open()
        #expect(try await poll(house, opened, after: 0).seq == 1)
        try await house.confirm(opened, by: house.phone("alice"))
        #expect(try await poll(house, opened, after: 2).state == .confirmed)
        try await house.service.cancelAttempt(opened.cookie)
        // An end is told even to those who say they know.
        #expect(try await poll(house, opened, after: 99).state == .cancelled)
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `a poll waits for the next change`() async throws {
        let opened = try await house.open()
        async let polled = poll(house, opened, after: 1)
        await house.time.sleepers(atLeast: 1)
        #expect(house.service.watchers.pollCount == 1)
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        #expect(try await polled == AttemptView(state: .scanned, seq: 2, expiresIn: 60))
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `a poll in which nothing happens ends with what it began with`() async throws {
        let opened = try await house.open()
        async let polled = poll(house, opened, after: 1)
        await house.time.sleepers(atLeast: 1)
        house.time.advance(by: .seconds(25))
        #expect(try await polled == AttemptView(state: .created, seq: 1, expiresIn: 95))
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `a poll that is given up leaves nothing behind`() async throws {
        let opened = try await house.open()
        let polling = Task { try await poll(house, opened, after: 1) }
        await house.time.sleepers(atLeast: 1)
        polling.cancel()
        _ = try? await polling.value
        #expect(house.service.watchers.pollCount == 0)
    }

    @Test func `a change between the look and the wait is not lost`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let caller = try await house.phone("alice")
        let scene = try house.scene(opened)
        // The first read finds the attempt. The second one is the look: it has read the old state,
        // and before it answers the phone scans.
        store.beforeAnswer(of: .attempt) {}
        store.beforeAnswer(of: .attempt) { _ = try? await house.service.scan(scene, by: caller) }
        // The clock stands still: only the change can end this poll.
        let polled = try await poll(house, opened, after: 1)
        #expect(polled == AttemptView(state: .scanned, seq: 2, expiresIn: 60))
    }

    @Test func `a change before the wait begins is not lost either`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let caller = try await house.phone("alice")
        let scene = try house.scene(opened)
        store.beforeAnswer(of: .attempt) { _ = try? await house.service.scan(scene, by: caller) }
        #expect(try await poll(house, opened, after: 1).state == .scanned)
    }

    @Test func `a fifth poll of one attempt sends the first one home`() async throws {
        let opened = try await house.open()
        let first = Task { try await poll(house, opened, after: 1) }
        await house.time.sleepers(atLeast: 1)
        let others = (0..<4).map { _ in Task { try await poll(house, opened, after: 1) } }
        #expect(try await first.value.state == .created)
        await house.time.sleepers(atLeast: 4)
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        for other in others { #expect(try await other.value.state == .scanned) }
    }
}
