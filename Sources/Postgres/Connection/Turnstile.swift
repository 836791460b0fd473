import Synchronization

/// Lets one task through at a time, in the order they came. Waiting ends at once when the task is cancelled or the
/// turnstile is closed.
final class Turnstile: Sendable {
    private struct State {
        var isHeld = false
        var closedWith: (any Error)?
        var nextTicket = 0
        /// Those who want to do something, first come first served.
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
        /// Those who want nobody to do anything any more.
        var waitingForPeace: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Waits for one's turn; every `enter` that returns needs a `leave`.
    /// - Throws: `CancellationError`, or what the turnstile was closed with.
    nonisolated(nonsending) func enter() async throws {
        let ticket = newTicket()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await wait(ticket) { Task.isCancelled }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// As `enter`, for a task that has to put things in order although it was cancelled.
    nonisolated(nonsending) func enterEvenIfCancelled() async throws {
        try await wait(newTicket()) { false }
    }

    private func newTicket() -> Int {
        state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
    }

    /// - Parameter givesUp: asked with the queue locked; the handler may have run before there was anything to take
    ///   out of the queue.
    private nonisolated(nonsending) func wait(_ ticket: Int, givesUp: () -> Bool) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let answer: Result<Void, any Error>? = state.withLock { state in
                if let error = state.closedWith { return .failure(error) }
                if givesUp() { return .failure(CancellationError()) }
                if state.isHeld {
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                state.isHeld = true
                return .success(())
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    /// Hands the turn to the next in line.
    func leave() {
        let awake: (next: CheckedContinuation<Void, any Error>?, peace: [CheckedContinuation<Void, Never>])
        awake = state.withLock { state in
            if !state.waiting.isEmpty { return (state.waiting.removeFirst().continuation, []) }
            state.isHeld = false
            defer { state.waitingForPeace = [] }
            return (nil, state.waitingForPeace)
        }
        awake.next?.resume()
        for continuation in awake.peace { continuation.resume() }
    }

    /// Turns away everyone who waits or comes later, and waits until whoever is inside has left.
    nonisolated(nonsending) func close(_ error: any Error) async {
        turnAway(error)
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.isHeld { state.waitingForPeace.append(continuation) }
                return !state.isHeld
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Turns away everyone who waits or comes later. Returns at once.
    func turnAway(_ error: any Error) {
        let turnedAway = state.withLock { state in
            state.closedWith = state.closedWith ?? error
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in turnedAway { waiter.continuation.resume(throwing: error) }
    }
}
