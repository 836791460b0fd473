import Foundation

/// A wait that took too long.
public struct Late: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// Runs `body`, which must heed cancellation, and gives it up after `limit`.
/// - Parameter what: what was waited for, for the failure's message.
public func within<Result: Sendable>(
    _ limit: Duration,
    _ what: @autoclosure @escaping @Sendable () -> String,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: limit)
            throw Late(description: "not within \(limit): \(what())")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}

/// Asks until something is true that another session or process brings about: there is no signal to wait for.
/// - Parameter what: what is wrong if it never is, for the failure's message.
public func waitUntil(
    _ what: String,
    within limit: Duration = .seconds(120),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Late(description: "\(what), for \(limit)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs blocking code on a thread of its own: the pool that runs the tests also runs what is tested.
public func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
    }
}
