/// Whether the mock's time goes on by itself.
package enum ClockMode: String, Sendable, Equatable, CaseIterable {
    case real
    case frozen
}
