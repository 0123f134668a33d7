import LoginStore
import LoginStoreContract
import Testing

/// The reference engine keeps the contract.
struct MemoryLoginStoreTests {
    @Test(arguments: LoginStoreContract.checks)
    func `the store in memory keeps the contract`(_ check: StoreCheck) async throws {
        try await check.run(MemoryLoginStore(caps: check.caps))
    }

    @Test func `no sentence of the contract is there twice`() {
        let sentences = LoginStoreContract.checks.map(\.sentence)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.count > 60)
    }
}
