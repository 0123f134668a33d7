/// How the mock's clock begins.
package struct ClockDescription: Sendable, Equatable {
    package var mode: ClockMode
    /// Where a frozen clock stands; a real clock has no start.
    package var start: Moment?

    package init(mode: ClockMode, start: Moment? = nil) {
        self.mode = mode
        self.start = start
    }

    /// Where a frozen clock stands when nobody says.
    package static let startDefault = Moment(seconds: 1_767_225_600)
}
