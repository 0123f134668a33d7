import DequeModule

/// A table that forgets its oldest entries beyond a limit, so that no run grows without end.
///
/// It is looked up by key and never walked, so the order of hashes cannot be seen.
package struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let countMax: Int
    private var values: [Key: Value] = [:]
    private var order: Deque<Key> = []

    package init(countMax: Int) {
        self.countMax = countMax
    }

    /// The keys, the oldest first.
    var keys: Deque<Key> { order }

    package subscript(key: Key) -> Value? { values[key] }

    /// Adds an entry, or replaces the value of one that is there.
    package mutating func set(_ key: Key, to value: Value) {
        if values.updateValue(value, forKey: key) == nil { order.append(key) }
        if order.count > countMax, let oldest = order.popFirst() { values[oldest] = nil }
    }

    /// Changes an entry in place; does nothing when there is none.
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        guard var value = values[key] else { return }
        change(&value)
        values[key] = value
    }
}
