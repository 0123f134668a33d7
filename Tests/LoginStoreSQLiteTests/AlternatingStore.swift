import LoginDomain
import LoginStore
import LoginStoreSQLite
import Synchronization
import TestSupport

/// Calls two stores on one file by turns, as two processes would.
final class AlternatingStore: RelayingStore {
    private let stores: [SQLiteLoginStore]
    private let turns = Mutex(0)

    init(path: String, caps: RowCaps) throws {
        stores = [
            try SQLiteLoginStore(path: path, caps: caps),
            try SQLiteLoginStore(path: path, caps: caps),
        ]
    }

    func relay<Value: Sendable>(
        _ operation: StoreOperation,
        _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        let turn = turns.withLock { turn in
            turn += 1
            return turn
        }
        return try await call(stores[turn % stores.count])
    }

    func close() throws {
        for store in stores { try store.close() }
    }
}
