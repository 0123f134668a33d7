/// What a login is: attempts, users, phones' sessions, browsers' sessions, and the rules between
/// them.
///
/// Owns: the state machine of an `Attempt`, the identifiers and secrets, the lifetimes
/// (`LoginPolicy`), and time as a plain number (`Timestamp`). Pure values: the same input gives
/// the same output, today and in a simulation.
/// Does not own: a clock, dice, a hash function, storage, HTTP. They are handed in from above:
/// `at now:` for time, `using dice:` for randomness, digests for anything secret.
/// Called by: `LoginStore` and its engines, `LoginService`, and in time `OpenIDConnect`.
package enum LoginDomain {}
