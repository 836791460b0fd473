import Glibc

/// What `poll` found.
struct Readiness: OptionSet {
    let rawValue: Int
    static let woken = Readiness(rawValue: 1)
    /// The socket can be read, or is broken, which reading will tell.
    static let readable = Readiness(rawValue: 2)
    static let writable = Readiness(rawValue: 4)
}

/// Waits until the wake-up descriptor or the socket is ready, or the deadline has passed (then nothing is in the set).
/// - Parameter socket: negative for none, as `poll` has it.
func waitReady(
    wakeup: Wakeup,
    socket: Int32,
    reading: Bool = true,
    writing: Bool = false,
    until deadline: ContinuousClock.Instant?
) -> Readiness {
    let wanted = Int16((reading ? POLLIN : 0) | (writing ? POLLOUT : 0))
    var entries = [
        pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: socket, events: wanted, revents: 0),
    ]
    let count = poll(&entries, 2, milliseconds(until: deadline))
    var ready: Readiness = []
    // EINTR looks like an early time-out; every caller looks at the clock itself and comes back.
    guard count > 0 else { return ready }
    if entries[0].revents != 0 {
        wakeup.drain()
        ready.insert(.woken)
    }
    let found = Int32(entries[1].revents)
    if found & POLLOUT != 0 { ready.insert(.writable) }
    if found & ~POLLOUT != 0 { ready.insert(.readable) }
    return ready
}

/// Rounded up, so that a wait never ends before its deadline and spins.
private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let rest = ContinuousClock.now.duration(to: deadline)
    if rest <= .zero { return 0 }
    let (seconds, attoseconds) = rest.components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}
