import LoginDomain
import TestSupport
import Testing

struct SessionTests {
    private func session(seenAt: Int64, pending: ParkedRequest? = nil) -> BrowserSession {
        var dice = SeededDice()
        return BrowserSession(
            cookie: Cast.digest(1),
            user: Cast.alice,
            login: LoginID(using: &dice),
            createdAt: Cast.start,
            seenAt: Cast.at(seenAt),
            pending: pending
        )
    }

    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 60 * minute

    @Test(
        arguments: [
            (0, 30 * minute), (10 * minute, 40 * minute), (11 * hour, 11 * hour + 30 * minute),
            // The absolute limit beats the idle one.
            (11 * hour + 30 * minute, 12 * hour), (11 * hour + 59 * minute, 12 * hour),
        ] as [(Int64, Int64)]
    )
    func `a browser's session ends half an hour after it was shown, or after twelve hours`(
        seenAt: Int64,
        end: Int64
    ) {
        let session = session(seenAt: seenAt)
        #expect(session.endsAt(Cast.policy) == Cast.at(end))
        #expect(session.isLive(at: Cast.at(end - 1), Cast.policy))
        #expect(!session.isLive(at: Cast.at(end), Cast.policy))
    }

    @Test func `a phone's session is live before its end and not at it`() {
        let session = PhoneSession(
            token: Cast.phone,
            user: Cast.alice,
            createdAt: Cast.start,
            expiresAt: Cast.at(900_000)
        )
        #expect(session.isLive(at: Cast.at(899_999)))
        #expect(!session.isLive(at: Cast.at(900_000)))
    }
}
