import Testing

/// Asks until something is true that another session or process brings about: there is no signal to wait for.
func waitUntil(
    _ what: Comment,
    within limit: Duration = .seconds(30),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, what)
        try await Task.sleep(for: .milliseconds(5))
    }
}
