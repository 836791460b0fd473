import JSONTree
import TestSupport
import Testing

/// A daemon, and tabs that look at it.
struct Bench: Sendable {
    let daemon: Daemon

    init(database: String, token: String? = nil) async throws { daemon = try await Daemon(database, token: token) }

    /// Opens a page, lets the test look at it, and asks at the end whether anything went wrong in it unnoticed.
    /// - Parameter place: what stands behind `#`.
    func visit(
        _ place: String = "/",
        _ look: Tab.Look = .wide,
        shiftLimit: Double = 0.005,
        _ body: @Sendable (Tab) async throws -> Void
    ) async throws {
        let tab = try await Tab.open("\(daemon.address)#\(place)", look)
        try await body(tab)
        #expect(tab.faults == [])
        let (shift, what) = try await tab.layoutShift()
        #expect(shift < shiftLimit, "things jump: \(what)")
        let excess = try await tab.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        #expect(excess.intValue ?? 1 <= 0, "the page scrolls sideways by \(excess.compact) pixels")
        try await tab.close()
    }
}

/// Runs that are over in a moment.
enum Requests {
    static let moons =
        #"{"name": "two moons", "source": {"example": "moons"}, "max_iter": 60, "validation_fraction": 0.2, "tags": ["demo"]}"#
    /// Some seconds in all.
    static let long = #"{"name": "long", "source": {"example": "moons", "rows": 3000}, "max_iter": 20000}"#
}
