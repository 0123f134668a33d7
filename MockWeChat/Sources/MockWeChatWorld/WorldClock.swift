/// The mock's clock: the real time shifted, or a time that stands still until it is moved.
///
/// It never goes back, even when the machine's clock does.
struct WorldClock: Sendable {
    private enum State {
        /// Goes with the real time, `shift` milliseconds ahead. Freezing leads to `frozen`.
        case real(shift: Int64)
        /// Stands still. Letting it go leads to `real`.
        case frozen(Moment)
    }

    /// What `set` may ask for: 2000-01-01 up to the end of 2099.
    static let settable = Moment(seconds: 946_684_800)...Moment(milliseconds: 4_102_444_799_999)

    private var state: State
    private var latest: Moment?

    init(_ description: ClockDescription) {
        switch description.mode {
        case .real: state = .real(shift: 0)
        case .frozen: state = .frozen(description.start ?? ClockDescription.startDefault)
        }
    }

    var mode: ClockMode {
        switch state {
        case .real: .real
        case .frozen: .frozen
        }
    }

    /// The mock's time when the machine's clock shows `real`.
    mutating func now(real: Moment) -> Moment {
        let now =
            switch state {
            case .real(let shift): Moment(milliseconds: real.milliseconds + shift)
            case .frozen(let moment): moment
            }
        let later = latest.map { max($0, now) } ?? now
        latest = later
        return later
    }

    mutating func advance(seconds: Int64, real: Moment) {
        set(now(real: real).adding(seconds: seconds), real: real)
    }

    mutating func set(_ moment: Moment, real: Moment) {
        switch state {
        case .real: state = .real(shift: moment.milliseconds - real.milliseconds)
        case .frozen: state = .frozen(moment)
        }
    }

    /// Stops the clock or lets it go on, from where it stands.
    mutating func turn(_ mode: ClockMode, real: Moment) {
        let now = now(real: real)
        switch mode {
        case .real: state = .real(shift: now.milliseconds - real.milliseconds)
        case .frozen: state = .frozen(now)
        }
    }
}
