extension PhoneTime {
    /// The machine's clock: the only place of the library that reads it.
    static var machine: PhoneTime { PhoneTime(ContinuousClock()) }
}
