import LoginStore

/// What every engine must do: the sentences of `LoginStore`, each as a check.
///
/// Owns: the sentences and what shows that they hold.
/// Does not own: what only one engine can do wrong (files, locks, migrations).
/// Called by: the tests of each engine, with a fresh and empty store for each check.
package enum LoginStoreContract {
    /// Those that call the store one call after the other.
    package static let orderlyChecks: [StoreCheck] =
        opening + reading + updating + redeeming + expiring + codes + users + phones + sessions
        + profiles + logins
        + forgetting + cancelling + auditing + operators + capping
        + websites + configuredWebsites + subjects + parking + pending + grants + refreshing
        + forgettingOfWebsites + signingKeys

    /// Those that let many calls loose at once.
    package static let races: [StoreCheck] = attemptRaces + userRaces + websiteRaces

    package static let checks = orderlyChecks + races
}
