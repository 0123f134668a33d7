import LoginDomain
import LoginStore
import LoginStoreContract
import Testing

/// The reference engine keeps the contract.
struct MemoryLoginStoreTests {
    @Test(arguments: LoginStoreContract.checks)
    func `the store in memory keeps the contract`(_ check: StoreCheck) async throws {
        try await check.run(MemoryLoginStore(caps: check.caps))
    }

    /// A simulation is played again by its seed alone, also where forgetting is broken off half way.
    @Test func `what is forgotten first is the same in every store`() async throws {
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        var left: Set<[String]> = []
        for _ in 1...8 {
            let store = MemoryLoginStore()
            for number in 0..<40 as Range<UInt8> {
                let bytes = (0..<32).map { UInt8(truncatingIfNeeded: Int(number) * 37 + $0 * 11) }
                let code = try #require(SecretDigest(bytes: bytes))
                #expect(try await store.claimCode(code, until: now + .seconds(1), at: now))
            }
            let late = now + .seconds(10)
            let limits = ForgetLimits(
                attempts: now,
                expired: late,
                sessionsSeen: now,
                sessionsCreated: now,
                logins: now
            )
            #expect(try await store.forget(limits, limit: 5))
            left.insert(store.everything)
        }
        #expect(left.count == 1)
        #expect(left.first?.count == 35)
    }

    @Test func `no sentence of the contract is there twice`() {
        let sentences = LoginStoreContract.checks.map(\.sentence)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.count > 60)
    }
}
