import Synchronization

/// Who has which connection of a pool, and who waits for one. No I/O.
final class PoolQueue: Sendable {
    /// What a waiting task gets.
    enum Grant: Sendable {
        /// A connection somebody else has used; it may have died since.
        case used(Connection)
        /// The right to open a new one.
        case vacancy
    }

    private struct State {
        var idle: [Connection] = []
        /// Grants that were not given back yet.
        var granted = 0
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Grant, any Error>)] = []
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    let size: Int
    private let state = Mutex(State())

    init(size: Int) {
        precondition(size > 0, "a pool of \(size) connections would let everybody wait for ever")
        self.size = size
    }

    /// Waits for a connection, first come first served. Each grant has to be given back.
    /// - Throws: `CancellationError`, `ConnectionError.closed`.
    nonisolated(nonsending) func take() async throws -> Grant {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Grant, any Error>? = state.withLock { state in
                    if state.isClosed { return .failure(ConnectionError.closed) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let grant = next(&state) { return .success(grant) }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// The connection used last is the one most likely to be alive and warm.
    private func next(_ state: inout State) -> Grant? {
        guard state.granted < size else { return nil }
        state.granted += 1
        return state.idle.popLast().map(Grant.used) ?? .vacancy
    }

    /// Gives a grant back.
    /// - Parameter connection: nil if there is none that could be used again.
    /// - Returns: false if the pool was closed meanwhile: the connection is then the caller's to close, and `ended`
    ///   to be called afterwards.
    func giveBack(_ connection: Connection?) -> Bool {
        let (isKept, waiter) = state.withLock { state in
            if state.isClosed { return (false, CheckedContinuation<Grant, any Error>?.none) }
            if !state.waiting.isEmpty { return (true, state.waiting.removeFirst().continuation) }
            state.granted -= 1
            if let connection { state.idle.append(connection) }
            return (true, nil)
        }
        waiter?.resume(returning: connection.map(Grant.used) ?? .vacancy)
        return isKept
    }

    /// Counts one grant of a closed pool as done.
    func ended() {
        let waiting = state.withLock { state in
            state.granted -= 1
            guard state.granted == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Turns everybody away.
    /// - Returns: the idle connections, the caller's to close.
    func close() -> [Connection] {
        let (idle, turnedAway) = state.withLock { state in
            state.isClosed = true
            defer {
                state.idle = []
                state.waiting = []
            }
            return (state.idle, state.waiting)
        }
        for waiter in turnedAway { waiter.continuation.resume(throwing: ConnectionError.closed) }
        return idle
    }

    /// Waits until every grant of a closed pool has ended.
    nonisolated(nonsending) func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.granted > 0 { state.waitingForEnd.append(continuation) }
                return state.granted == 0
            }
            if isOver { continuation.resume() }
        }
    }

    var counts: (idle: Int, granted: Int, waiting: Int) {
        state.withLock { ($0.idle.count, $0.granted, $0.waiting.count) }
    }
}
