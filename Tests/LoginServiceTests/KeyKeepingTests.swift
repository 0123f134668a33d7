import Crypto
import LoginDomain
import LoginService
import LoginStore
import OpenIDConnect
import Synchronization
import TestSupport
import Testing

/// Signing keys that the server looks after by itself (T22).
@Suite(.timeLimit(.minutes(10))) struct KeyKeepingTests {
    /// Makes keys of the kinds it is asked for, P-256 all but the first two: RSA takes its time.
    private final class Maker: KeyMaker {
        private let asked = Mutex<[SigningKey.Algorithm]>([])

        var algorithms: [SigningKey.Algorithm] { asked.withLock { $0 } }

        func make(_ algorithm: SigningKey.Algorithm, at now: Timestamp) throws -> SealedKey {
            let number = asked.withLock { asked in
                asked.append(algorithm)
                return asked.count
            }
            switch (algorithm, number) {
            case (.rs256, 1): return try TestKeys.row(TestKeys.rsa, publishedAt: now)
            case (.rs256, 2): return try TestKeys.row(TestKeys.otherRSA, publishedAt: now)
            case _:
                return try TestKeys.row(
                    P256.Signing.PrivateKey().pemRepresentation,
                    publishedAt: now
                )
            }
        }
    }

    private struct Broken: KeyMaker {
        struct Failed: Error {}

        func make(_ algorithm: SigningKey.Algorithm, at now: Timestamp) throws -> SealedKey {
            throw Failed()
        }
    }

    private static let day = Duration.seconds(86_400)

    private func kids(_ house: LoginHouse) async throws -> [String] {
        try await house.service.publishedKeys().map(\.kid)
    }

    @Test func `T22 the first look makes an RSA key, which is published at once`() async throws {
        let maker = Maker()
        let house = LoginHouse(keyMaker: maker)
        #expect(try await kids(house) == [])
        try await house.service.keepKeys()
        #expect(maker.algorithms == [.rs256])
        #expect(try await kids(house) == [SigningKey(pem: TestKeys.rsa).kid])
        let rows = try await house.store.signingKeys()
        #expect(rows.map(\.publishedAt) == [house.time.now()])
        // Another look makes no other.
        try await house.service.keepKeys()
        #expect(maker.algorithms.count == 1)
    }

    @Test func `T22 a successor is published a day before it is needed, and signs after it`()
        async throws
    {
        let maker = Maker()
        let house = LoginHouse(keyMaker: maker)
        try await house.service.keepKeys()
        let first = try SigningKey(pem: TestKeys.rsa).kid
        let second = try SigningKey(pem: TestKeys.otherRSA).kid
        house.time.advance(by: Self.day * 89 - .milliseconds(1))
        try await house.service.keepKeys()
        #expect(maker.algorithms == [.rs256])
        house.time.advance(by: .milliseconds(1))
        try await house.service.keepKeys()
        #expect(maker.algorithms == [.rs256, .rs256])
        // The one that signs is told first.
        #expect(try await kids(house) == [first, second])
        house.time.advance(by: Self.day - .milliseconds(1))
        #expect(try await kids(house) == [first, second])
        house.time.advance(by: .milliseconds(1))
        #expect(try await kids(house) == [second, first])
        // The old one is published until nothing that it signed is alive.
        house.time.advance(by: KeyRing.retirement - .milliseconds(1))
        #expect(try await kids(house) == [second, first])
        house.time.advance(by: .milliseconds(1))
        #expect(try await kids(house) == [second])
        // Its row stays while it may have to know its own hints.
        house.time.advance(by: KeyRing.memory - .milliseconds(1))
        try await house.service.keepKeys()
        let rows = try await house.store.signingKeys().map(\.kid)
        #expect(rows.contains(first))
        house.time.advance(by: .milliseconds(1))
        try await house.service.keepKeys()
        #expect(try await house.store.signingKeys().map(\.kid) == rows.filter { $0 != first })
    }

    @Test func `a successor is of the kind of the youngest key`() async throws {
        let maker = Maker()
        let house = LoginHouse(keyMaker: maker)
        let now = house.time.now()
        try await house.store.addSigningKey(try TestKeys.row(TestKeys.rsa, publishedAt: now))
        try await house.store.addSigningKey(
            try TestKeys.row(TestKeys.ec, publishedAt: now + .seconds(1))
        )
        house.time.advance(by: Self.day * 91)
        try await house.service.keepKeys()
        #expect(maker.algorithms == [.es256])
    }

    @Test func `T22 no key is made in place of those that cannot be opened`() async throws {
        let maker = Maker()
        let house = LoginHouse(keyMaker: maker)
        let row = SealedKey(kid: "broken", publishedAt: house.time.now(), sealed: [1, 2, 3])
        try await house.store.addSigningKey(row)
        try await house.service.keepKeys()
        #expect(maker.algorithms == [])
        #expect(try await house.store.signingKeys() == [row])
    }

    @Test func `a key that cannot be made, or stored, is tried again`() async throws {
        let broken = LoginHouse(keyMaker: Broken())
        await #expect(throws: LoginRefusal.self) { try await broken.service.keepKeys() }
        let store = FaultyStore()
        let house = LoginHouse(store: store, keyMaker: Maker())
        store.failNext(.addSigningKey, .before)
        await #expect(throws: LoginRefusal.self) { try await house.service.keepKeys() }
        #expect(try await kids(house) == [])
        house.time.advance(by: .seconds(2))
        try await house.service.keepKeys()
        #expect(try await kids(house).count == 1)
    }

    @Test func `the keys are looked at each hour`() async throws {
        let maker = Maker()
        let store = FaultyStore()
        let house = LoginHouse(store: store, keyMaker: maker)
        store.failNext(.signingKeys, .before)
        let keeper = Task { await house.service.runKeyKeeper() }
        await house.time.sleepers(atLeast: 1)
        #expect(maker.algorithms.isEmpty)
        house.time.advance(by: LoginService.keysLookedAtEvery)
        await house.time.sleepers(atLeast: 1)
        #expect(maker.algorithms.count == 1)
        #expect(LoginService.keysLookedAtEvery == .seconds(3600))
        keeper.cancel()
        await keeper.value
    }

    @Test func `a server whose keys cannot sign is not ready`() async throws {
        let house = LoginHouse(keyMaker: Maker())
        #expect(await house.service.readiness() == .noSigningKey)
        try await house.service.keepKeys()
        #expect(await house.service.readiness() == .ready)
        let kid = try SigningKey(pem: TestKeys.rsa).kid
        _ = try await house.store.removeSigningKey(kid)
        house.time.advance(by: .seconds(2))
        #expect(await house.service.readiness() == .noSigningKey)
    }

    @Test func `a server that keeps no keys makes none`() async throws {
        let house = LoginHouse()
        #expect(!house.service.keepsKeys)
        try await house.service.keepKeys()
        #expect(try await house.store.signingKeys() == [])
    }
}
