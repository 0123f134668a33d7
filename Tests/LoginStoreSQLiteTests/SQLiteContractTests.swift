import LoginStoreContract
import LoginStoreSQLite
import Testing

/// The SQLite engine keeps the contract, in every way in which a file can be used.
struct SQLiteContractTests {
    @Test(arguments: LoginStoreContract.checks)
    func `the SQLite store keeps the contract`(_ check: StoreCheck) async throws {
        try await withFolder { folder in
            let store = try SQLiteLoginStore(
                path: "\(folder)/login.sqlite",
                caps: check.caps
            )
            try await check.run(store)
            try store.close()
        }
    }

    @Test(arguments: LoginStoreContract.orderlyChecks)
    func `I12: it keeps it when the file is closed and opened again after every call`(
        _ check: StoreCheck
    ) async throws {
        try await withFolder { folder in
            try await check.run(ReopeningStore(path: "\(folder)/login.sqlite", caps: check.caps))
        }
    }

    @Test(arguments: LoginStoreContract.checks)
    func `it keeps it when two processes use the file by turns`(
        _ check: StoreCheck
    ) async throws {
        try await withFolder { folder in
            let store = try AlternatingStore(
                path: "\(folder)/login.sqlite",
                caps: check.caps
            )
            try await check.run(store)
            try store.close()
        }
    }
}
