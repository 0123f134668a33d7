/// What may point where.
enum ArrowRules {
    /// What is wrong with an arrow; nil when nothing is.
    static func objection(to arrow: Arrow) -> String? {
        guard let from = HousePlan.room(arrow.from) else {
            return "\(arrow.from) has no place in the plan"
        }
        if let prefixes = HousePlan.neverSees[arrow.from],
            let prefix = prefixes.first(where: { covers($0, arrow.to) })
        {
            return "\(arrow.from) never sees \(prefix)"
        }
        guard let to = HousePlan.room(module: arrow.to) else { return nil }
        if from.building != to.building, !HousePlan.bridges.contains(arrow) {
            return "\(arrow.from) and \(arrow.to) share no type"
        }
        guard to.rank < from.rank else {
            return "\(arrow.from) (\(from.rank)) is not above \(arrow.to) (\(to.rank))"
        }
        return nil
    }

    /// `NIO` covers `NIOCore`; `Hummingbird.` covers the module of that name alone.
    private static func covers(_ prefix: String, _ module: String) -> Bool {
        prefix.hasSuffix(".") ? module == String(prefix.dropLast()) : module.hasPrefix(prefix)
    }

    /// The modules that a file imports.
    static func imports(in text: String) -> [String] {
        let pattern =
            #/^\h*(?:@\w+(?:\([^)\n]*\))?\h+)*(?:(?:public|package|internal|fileprivate|private)\h+)?import\h+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\h+)?(\w+)/#
            .anchorsMatchLineEndings()
        return SwiftSource.code(of: text).matches(of: pattern).map { String($0.1) }
    }

    /// The rooms that the picture in ARCHITECTURE.md shows, with their ranks.
    static func picture(in text: String) -> [String: Int] {
        var ranks: [String: Int] = [:]
        for line in text.matches(of: #/^(\d)  .+$/#.anchorsMatchLineEndings()) {
            guard let rank = Int(line.1) else { continue }
            // The first two columns are the rank and what it is called.
            for column in line.0.split(separator: #/ {2,}/#).dropFirst(2) {
                ranks[String(column)] = rank
            }
        }
        return ranks
    }
}
