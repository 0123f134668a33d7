import FakePhone
import Testing

struct WatchInboxTests {
    private let time = VirtualTime()

    private func push(_ seq: Int) -> WatchEvent {
        .push(Push(state: .created, seq: seq, expiresInSeconds: 1))
    }

    @Test func `events keep their order and cost no time`() async {
        let inbox = WatchInbox(time: time.phoneTime)
        inbox.put(push(1))
        inbox.put(push(2))
        #expect(await inbox.next(within: .seconds(9)) == push(1))
        #expect(await inbox.next(within: .seconds(9)) == push(2))
        #expect(time.now == .zero)
    }

    @Test func `an event that comes at the end of patience is not lost`() async {
        let inbox = WatchInbox(time: time.phoneTime)
        time.whenSlept { inbox.put(self.push(1)) }
        #expect(await inbox.next(within: .seconds(9)) == push(1))
    }

    @Test func `after a closing nothing else comes`() async {
        let inbox = WatchInbox(time: time.phoneTime)
        inbox.put(push(1))
        inbox.put(.closed(code: 1000))
        inbox.put(push(2))
        #expect(await inbox.next(within: .seconds(1)) == push(1))
        #expect(await inbox.next(within: .seconds(1)) == .closed(code: 1000))
        #expect(await inbox.next(within: .seconds(1)) == .closed(code: 1000))
    }

    @Test func `two dice with one seed throw the same`() {
        #expect(Dice(seed: 5).scene() == Dice(seed: 5).scene())
        #expect(Dice(seed: 5).scene() != Dice(seed: 6).scene())
        #expect(Dice(seed: 5).scene().count == 24)
    }
}
