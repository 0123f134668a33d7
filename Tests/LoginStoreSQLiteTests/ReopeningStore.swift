import LoginDomain
import LoginStore
import LoginStoreSQLite
import TestSupport

/// Opens the file for each call and closes it after it: nothing is kept but what is in the file.
struct ReopeningStore: RelayingStore {
    let path: String
    let caps: RowCaps

    func relay<Value: Sendable>(
        _ operation: StoreOperation,
        _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        let store: SQLiteLoginStore
        do {
            store = try SQLiteLoginStore(path: path, caps: caps)
        } catch {
            throw .unavailable("\(error)")
        }
        do {
            let value = try await call(store)
            try store.close()
            return value
        } catch {
            try store.close()
            throw error
        }
    }
}
