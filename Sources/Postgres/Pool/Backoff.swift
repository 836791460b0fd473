/// Waiting times between attempts: they grow by a factor up to a maximum, and vary, so that several daemons do not
/// knock at the same moment.
public struct Backoff: Sendable {
    public var first: Duration
    public var factor: Double
    public var maximum: Duration
    /// 0.2 makes each wait between 80 % and 120 % of its nominal length.
    public var jitter: Double

    public init(
        first: Duration = .milliseconds(500),
        factor: Double = 2,
        maximum: Duration = .seconds(30),
        jitter: Double = 0.2
    ) {
        self.first = first
        self.factor = factor
        self.maximum = maximum
        self.jitter = jitter
    }

    /// How long to wait after an attempt that failed.
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - random: between 0 and 1.
    public func delay(after attempt: Int, random: Double) -> Duration {
        var delay = first
        // Step by step, so that it can't overflow before the maximum cuts it.
        for _ in 1..<max(attempt, 1) where delay < maximum { delay = delay * factor }
        return min(delay, maximum) * (1 + jitter * (2 * random - 1))
    }
}

/// An attempt that failed, told while waiting for the next one.
public struct RetryNotice: Sendable, CustomStringConvertible {
    /// Counted from 1.
    public let attempt: Int
    public let error: ConnectionError
    public let delay: Duration

    /// `database not reachable (connection refused); next try in 2 s`
    public var description: String {
        let reason =
            switch error {
            case .unreachable(let reason), .lost(let reason): reason
            default: "\(error)"
            }
        return "database not reachable (\(reason)); next try in \(delay.shortText)"
    }
}

/// Tries to connect until it works, the task is cancelled, or the failure is one that waiting does not mend (a server
/// that is too old, a connection string that can't be read).
///
/// ```swift
/// try await connectWithBackoff(onRetry: { logger.warning("\($0)") }) {
///     try await pool.withConnection { _ in }
/// }
/// ```
/// - Parameters:
///   - sleep: waits; throws when the task is cancelled.
///   - random: between 0 and 1, for the jitter.
public nonisolated(nonsending) func connectWithBackoff<T>(
    _ backoff: Backoff = Backoff(),
    sleep: (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    random: () -> Double = { .random(in: 0...1) },
    onRetry: (RetryNotice) -> Void,
    connect: () async throws -> T
) async throws -> T {
    var attempt = 1
    while true {
        do {
            return try await connect()
        } catch let error as ConnectionError where error.isTransient {
            let delay = backoff.delay(after: attempt, random: random())
            onRetry(RetryNotice(attempt: attempt, error: error, delay: delay))
            try await sleep(delay)
            attempt += 1
        }
    }
}
