package import LoginDomain

/// What a start makes of the websites that the configuration file named before.
package enum ConfiguredClients {
    /// How many ids one line names.
    static let namedMax = 20

    /// Says what is lost and what is left over.
    ///
    /// - Parameters:
    ///   - known: Those of the database, before the start changes them.
    ///   - named: Those of the configuration; nil where it says nothing of websites, and then those
    ///     of the database stay: to forget `--config` once must not cost every user's login.
    /// - Returns: lines for the operator, often none.
    package static func news(known: [RelyingParty], named: [RelyingParty]?) -> [String] {
        let known = known.filter(\.isConfigured)
        guard let named else { return known.isEmpty ? [] : [stays(known)] }
        return known.compactMap { old in
            guard let new = named.first(where: { $0.id == old.id }) else {
                return "The website \(old.id) is not in the configuration file any more: it is "
                    + "removed, and what it was given has ended."
            }
            guard new.sector != old.sector else { return nil }
            return "The website \(old.id) knows users by other names now (pairwise, or its host): "
                + "what it was given under the old ones has ended."
        }
    }

    private static func stays(_ known: [RelyingParty]) -> String {
        var ids = known.prefix(namedMax).map(\.id.text).joined(separator: ", ")
        if known.count > namedMax { ids += " and \(known.count - namedMax) more" }
        let count = known.count == 1 ? "1 website" : "\(known.count) websites"
        let verb = known.count == 1 ? "stays" : "stay"
        return
            "\(count) of an earlier configuration \(verb): \(ids). The configuration says nothing "
            + "of websites; to remove what it named before, write clients: []"
    }
}
