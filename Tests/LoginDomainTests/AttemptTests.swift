import LoginDomain
import Testing

/// The rules of an attempt that a table of single events does not show.
struct AttemptTests {
    private typealias Event = AttemptEvent

    @Test func `a new attempt is created, has seq 1, and its times come from the policy`() {
        let attempt = Cast.attempt()
        #expect(attempt.state == .created)
        #expect(attempt.seq == 1)
        #expect(attempt.createdAt == Cast.start)
        #expect(attempt.sceneExpiresAt == Cast.at(120_000))
        #expect(attempt.capAt == Cast.at(180_000))
        #expect(attempt.deadline == Cast.at(120_000))
        #expect(!attempt.hasEnded)
    }

    @Test func `a whole login counts its seq one by one`() {
        var attempt = Cast.attempt()
        var seqs = [attempt.seq]
        let steps: [(Event, Int64)] = [
            (.ownerScans, 10_000), (.ownerScans, 10_100), (.confirms, 12_000),
            (.confirms, 12_100), (.browserCompletes, 13_000), (.browserCompletes, 13_100),
        ]
        for (event, now) in steps {
            _ = event.happen(to: &attempt, at: Cast.at(now))
            seqs.append(attempt.seq)
        }
        #expect(seqs == [1, 2, 2, 3, 3, 4, 4])
        #expect(attempt.state == .redeemed(Cast.alice))
    }

    @Test(arguments: [(0, "tooFast"), (699, "tooFast"), (700, "confirmed")] as [(Int64, String)])
    func `T11: a confirm needs a person's time after the scan`(wait: Int64, says: String) {
        var attempt = Cast.attempt()
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1000))
        let before = attempt
        #expect(Event.confirms.happen(to: &attempt, at: Cast.at(1000 + wait)) == says)
        if says == "tooFast" { #expect(attempt == before) }
    }

    @Test func `T11: a rescan does not start the person's time again`() {
        var attempt = Cast.attempt()
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1000))
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1699))
        #expect(Event.confirms.happen(to: &attempt, at: Cast.at(1700)) == "confirmed")
    }

    @Test func `T11: who confirms too fast learns nothing when it is not theirs`() {
        var attempt = Cast.attempt()
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1000))
        let event = Event.strangerConfirmsWithTheNonce
        #expect(event.happen(to: &attempt, at: Cast.at(1000)) == "unavailable")
    }

    @Test func `T10: after a rescan the old nonce is dead and the new one confirms`() {
        var attempt = Cast.attempt()
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1000))
        _ = Event.ownerScansAgainElsewhere.happen(to: &attempt, at: Cast.at(2000))
        let rescanned = attempt
        for event in [Event.confirms, .confirmsFromAnotherRun, .confirmsWithWrongNonce] {
            #expect(event.happen(to: &attempt, at: Cast.at(3000)) == "unavailable")
        }
        for event in [Event.cancels, .cancelsFromAnotherRun] {
            #expect(event.happen(to: &attempt, at: Cast.at(3000)) == "false")
        }
        #expect(attempt == rescanned)
        let event = Event.confirmsWithNonceOfTheRescan
        #expect(event.happen(to: &attempt, at: Cast.at(3000)) == "confirmed")
    }

    @Test func `T10: the owner stays the owner, whatever a stranger does`() {
        var attempt = Cast.attempt()
        _ = Event.strangerScans.happen(to: &attempt, at: Cast.at(1000))
        let owned = attempt
        for event in [Event.ownerScans, .confirms, .cancels, .confirmsWithWrongNonce] {
            _ = event.happen(to: &attempt, at: Cast.at(2000))
        }
        #expect(attempt == owned)
    }

    @Test func `T9: a confirm is repeated for as long as the login waits, and then never again`() {
        var attempt = Cast.attempt()
        _ = Event.ownerScans.happen(to: &attempt, at: Cast.at(1000))
        _ = Event.confirms.happen(to: &attempt, at: Cast.at(2000))
        #expect(Event.confirms.happen(to: &attempt, at: Cast.at(179_999)) == "repeated")
        var lapsed = attempt
        #expect(Event.confirms.happen(to: &lapsed, at: Cast.at(180_000)) == "unavailable")
        _ = Event.browserCompletes.happen(to: &attempt, at: Cast.at(179_999))
        #expect(Event.confirms.happen(to: &attempt, at: Cast.at(179_999)) == "unavailable")
    }

    @Test func `T12: no login comes of an attempt after a cancel that was acknowledged`() {
        for cancel in [Event.cancels, .browserCancels] {
            var attempt = Standing.confirmed.attempt(seq: 3)
            _ = cancel.happen(to: &attempt, at: Cast.at(20_000))
            #expect(attempt.state == .cancelled)
            let says = Event.browserCompletes.happen(to: &attempt, at: Cast.at(20_000))
            #expect(says == "notConfirmed")
        }
    }

    // MARK: - Deadlines

    @Test(
        arguments: [
            // A scan opens a minute, and never past the cap.
            (1000, 61_000), (119_999, 179_999), (120_001, 180_000), (150_000, 180_000),
        ] as [(Int64, Int64)]
    )
    func `T13: the confirm window ends with the attempt`(scannedAt: Int64, until: Int64) {
        var policy = LoginPolicy()
        policy.scene = .seconds(170)
        var attempt = Cast.attempt(policy: policy)
        let event = Event.ownerScans
        #expect(
            event.happen(to: &attempt, at: Cast.at(scannedAt), policy: policy) == "until \(until)"
        )
        #expect(attempt.deadline == Cast.at(until))
    }

    @Test func `T13: a scene does not outlive its attempt`() {
        var policy = LoginPolicy()
        policy.scene = .seconds(400)
        #expect(Cast.attempt(policy: policy).sceneExpiresAt == Cast.at(180_000))
        #expect(Cast.attempt(policy: policy).deadline == Cast.at(180_000))
    }

    @Test func `T13: a confirmed attempt lives to the cap`() {
        #expect(Standing.confirmed.attempt(seq: 3).deadline == Cast.at(180_000))
    }

    @Test(arguments: [Standing.redeemed, .cancelled, .expired, .superseded])
    func `what has ended has no deadline`(_ standing: Standing) {
        #expect(standing.attempt(seq: 3).deadline == nil)
        #expect(standing.attempt(seq: 3).hasEnded)
    }

    // MARK: - What a browser is told

    @Test(
        arguments: [
            (.created, .created, 100), (.scanned, .scanned, 50), (.confirmed, .confirmed, 160),
            (.cancelled, .cancelled, 0), (.expired, .expired, 0), (.superseded, .superseded, 0),
            // T14: whoever shows the cookie again does not learn that somebody logged in.
            (.redeemed, .expired, 0),
        ] as [(Standing, AttemptView.PublicState, Int)]
    )
    func `T14: a view says the state, the seq and the seconds left`(
        standing: Standing,
        state: AttemptView.PublicState,
        left: Int
    ) {
        let view = standing.attempt(seq: 7).view(at: Cast.at(20_000))
        #expect(view == AttemptView(state: state, seq: 7, expiresIn: left))
        #expect(view.state.hasEnded == (left == 0))
    }

    @Test(
        arguments: [
            (0, 120), (1, 120), (999, 120), (1000, 119), (118_999, 2), (119_000, 1), (119_999, 1),
        ] as [(Int64, Int)]
    )
    func `expires_in counts whole seconds, rounded up, and is never 0 before the end`(
        now: Int64,
        left: Int
    ) {
        let view = Cast.attempt().view(at: Cast.at(now))
        #expect(view == AttemptView(state: .created, seq: 1, expiresIn: left))
    }

    @Test(arguments: [Standing.created, .scanned, .confirmed])
    func `T13: a view does not wait for the sweeper`(_ standing: Standing) throws {
        let attempt = standing.attempt(seq: 3)
        let deadline = try #require(attempt.deadline)
        let seen = attempt.view(at: deadline)
        #expect(seen == AttemptView(state: .expired, seq: 4, expiresIn: 0))
        // And says the same after it.
        var swept = attempt
        _ = swept.expire(at: deadline)
        #expect(swept.state == .expired)
        #expect(swept.view(at: deadline) == seen)
    }

    @Test func `T15: a view carries no identity`() {
        for standing in Standing.allCases {
            let view = standing.attempt(seq: 3).view(at: Cast.at(20_000))
            #expect(
                Mirror(reflecting: view).children.map(\.label)
                    == ["state", "seq", "expiresIn", "number"]
            )
            #expect(!"\(view)".contains(Cast.alice.text))
        }
    }

    @Test func `the states a browser is told are those of the wire`() {
        #expect(
            AttemptView.PublicState.allCases.map(\.rawValue)
                == ["created", "scanned", "confirmed", "cancelled", "expired", "superseded"]
        )
    }
}
