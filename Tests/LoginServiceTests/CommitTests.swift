import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// A push follows a commit: what was not written down is told to nobody (I12, T43).
@Suite struct CommitTests {
    private let store = FaultyStore()
    private let house: LoginHouse

    init() {
        house = LoginHouse(store: store)
    }

    private static let refusal = LoginRefusal.storeUnavailable(retryAfterSeconds: 2)

    private enum Step: CaseIterable, Sendable {
        case scan
        case confirm
        case cancelByPhone
        case cancelByBrowser
        case complete
        case supersede
        case expire

        var operation: FaultyStore.Operation {
            switch self {
            case .scan, .confirm, .cancelByPhone, .cancelByBrowser: .updateAttempt
            case .complete: .redeemAttempt
            case .supersede: .openAttempt
            case .expire: .expireAttempts
            }
        }

        /// How many changes come before it.
        var seqBefore: Int {
            switch self {
            case .scan, .cancelByBrowser, .supersede, .expire: 1
            case .confirm, .cancelByPhone: 2
            case .complete: 3
            }
        }
    }

    /// Brings an attempt to where a step may be taken, and gives the step.
    private func prepare(
        _ step: Step,
        _ opened: OpenedAttempt
    ) async throws -> @Sendable () async throws -> Void {
        let house = house
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        switch step {
        case .scan:
            return { _ = try await house.service.scan(scene, by: alice) }
        case .confirm, .cancelByPhone:
            let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
            house.time.advance(by: .seconds(1))
            if step == .confirm {
                return { try await house.service.confirm(scene, nonce: nonce, by: alice) }
            }
            return { try await house.service.cancel(scene, nonce: nonce, by: alice) }
        case .cancelByBrowser:
            return { try await house.service.cancelAttempt(opened.cookie) }
        case .complete:
            try await house.confirm(opened, by: alice)
            return { _ = try await house.service.complete(opened.cookie, ending: nil) }
        case .supersede:
            return { _ = try await house.open(superseding: opened.cookie) }
        case .expire:
            // Not before somebody watches: a look would write the end down.
            return {
                house.time.advance(by: .seconds(120))
                try await house.service.sweep()
            }
        }
    }

    @Test(arguments: Step.allCases, FaultyStore.Fault.allCases)
    private func `T43 what was not committed is told to nobody`(
        step: Step,
        fault: FaultyStore.Fault
    ) async throws {
        let opened = try await house.open()
        let take = try await prepare(step, opened)
        let watching = try await house.watch(opened)
        store.failNext(step.operation, fault)
        await #expect(throws: Self.refusal) { try await take() }
        #expect(watching.log.signals.isEmpty)
        // Only a commit whose answer was lost has moved the row.
        let row = try await store.attempt(.cookie(opened.cookie.digest))
        #expect(row?.seq == step.seqBefore + (fault == .after ? 1 : 0))
    }

    @Test(arguments: Step.allCases)
    private func `T43 a failed step succeeds when it is taken again`(step: Step) async throws {
        let opened = try await house.open()
        let take = try await prepare(step, opened)
        let watching = try await house.watch(opened)
        for _ in 0..<3 {
            store.failNext(step.operation, .before)
            await #expect(throws: Self.refusal) { try await take() }
        }
        try await take()
        #expect(watching.log.signals.count == 1)
    }

    @Test(arguments: [FaultyStore.Operation.redeemAttempt, .user])
    func `T43 a login that fails half-way leaves no session and tells no user`(
        operation: FaultyStore.Operation
    ) async throws {
        let old = try await house.logIn("bob")
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice"))
        store.failNext(operation, .before)
        await #expect(throws: Self.refusal) {
            try await house.service.complete(opened.cookie, ending: old.session)
        }
        if operation == .redeemAttempt {
            // Nothing has happened: the old session lives, and the login may still be collected.
            #expect(try await house.service.session(old.session).user == old.user)
            _ = try await house.service.complete(opened.cookie, ending: old.session)
        } else {
            await #expect(throws: LoginRefusal.alreadyCompleted) {
                try await house.service.complete(opened.cookie, ending: old.session)
            }
        }
    }

    @Test(arguments: [
        FaultyStore.Operation.attempt, .phoneSession, .session, .touchSession, .endSession, .forget,
    ])
    func `T43 a store that does not answer is named`(operation: FaultyStore.Operation) async throws
    {
        let opened = try await house.open()
        let alice = try await house.phone("alice")
        let login = try await house.logIn("bob")
        house.time.advance(by: .seconds(100))
        store.fail(operation, .before)
        await #expect(throws: Self.refusal) {
            switch operation {
            case .attempt: _ = try await house.view(opened)
            case .phoneSession: _ = try await house.service.scan("scene", by: alice)
            case .session, .touchSession: _ = try await house.service.session(login.session)
            case .endSession: try await house.service.logout(login.session)
            default: try await house.service.forget()
            }
        }
    }
}
