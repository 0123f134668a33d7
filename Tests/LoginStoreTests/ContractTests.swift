import LoginStore
import LoginStoreContract
import Testing

/// The contract itself is held against stores that break it: a check that nothing fails is none.
struct ContractTests {
    @Test(arguments: Flaw.allCases)
    func `the contract notices a store with a flaw`(_ flaw: Flaw) async {
        let failed = await Self.failures(of: flaw, among: LoginStoreContract.checks)
        #expect(!failed.isEmpty)
        #expect(failed.count < LoginStoreContract.checks.count)
    }

    @Test(arguments: LoginStoreContract.checks)
    func `each check fails for some flaw`(_ check: StoreCheck) async {
        for flaw in Flaw.allCases {
            let failed = await Self.failures(of: flaw, among: [check])
            if !failed.isEmpty { return }
        }
        Issue.record("no flaw makes this check fail")
    }

    @Test(arguments: LoginStoreContract.checks)
    func `a store without a flaw keeps the contract`(_ check: StoreCheck) async throws {
        try await check.run(FlawedStore(nil, caps: check.caps))
    }

    private static func failures(of flaw: Flaw, among checks: [StoreCheck]) async -> [String] {
        var failed: [String] = []
        for check in checks {
            do {
                try await check.run(FlawedStore(flaw, caps: check.caps))
            } catch {
                failed.append(check.sentence)
            }
        }
        return failed
    }
}
