/// The present, as it is handed to everything that must know it: no code of a connection reads a clock.
struct Moment {
    /// For deadlines.
    var instant: ContinuousClock.Instant
    /// For the Date field.
    var date: String
}
