/// The faults of a world, the oldest first.
struct Faults: Sendable {
    private(set) var all: [Fault] = []
    private var lastID = 0

    var nextID: Int { lastID + 1 }

    mutating func add(_ fault: Fault) {
        lastID = fault.id
        all.append(fault)
    }

    mutating func removeAll() -> Int {
        defer { all = [] }
        return all.count
    }

    mutating func remove(_ name: String) -> Bool {
        guard let index = all.firstIndex(where: { "f\($0.id)" == name }) else { return false }
        all.remove(at: index)
        return true
    }

    /// The fault that a call meets: of several, the oldest that is due.
    mutating func meet(path: String, dice: inout Dice) -> Fault? {
        var met: Fault?
        for index in all.indices where all[index].endpoint == "*" || all[index].endpoint == path {
            all[index].matched += 1
            guard met == nil, all[index].isDue else { continue }
            if let probability = all[index].probability, dice.share() >= probability { continue }
            all[index].fired += 1
            met = all[index]
        }
        return met
    }
}
