import LoginDomain
import Testing

@testable import login_server

/// The server's clock.
struct LiveTimeTests {
    @Test func `T42 time goes on from when it was read, however long the start took after that`() {
        let read = ContinuousClock.now - .seconds(10)
        let moment = Timestamp(milliseconds: 1_000_000)
        let time = LiveTime(at: moment, since: read)
        #expect(time.now() >= moment + .seconds(10))
    }
}
