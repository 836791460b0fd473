import Synchronization

/// A stream's writer that waits until the client has taken enough, resumed exactly once: by the event loop, or by
/// the cancellation of its task.
final class PendingWrite: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Void, any Error>)
        case finished((any Error)?)
    }

    private let state = Mutex(State.new)

    /// Posts the bytes and waits.
    static func write(_ bytes: [UInt8], to exchange: ExchangeID, through mailbox: Mailbox) async throws {
        let pending = PendingWrite()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard pending.wait(continuation) else { return }
                if !mailbox.post(.write(exchange, bytes, pending)) { pending.finish(throwing: ClientGone()) }
            }
        } onCancel: {
            pending.finish(throwing: CancellationError())
        }
    }

    /// Only the first call counts.
    func finish(throwing error: (any Error)? = nil) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            switch state {
            case .new:
                state = .finished(error)
                return nil
            case .waiting(let continuation):
                state = .finished(error)
                return continuation
            case .finished:
                return nil
            }
        }
        waiting?.resume(with: error.map { .failure($0) } ?? .success(()))
    }

    /// - Returns: whether the continuation waits now; false when the task was cancelled before.
    private func wait(_ continuation: CheckedContinuation<Void, any Error>) -> Bool {
        let finished = state.withLock { state -> (any Error)?? in
            if case .finished(let error) = state { return .some(error) }
            state = .waiting(continuation)
            return .none
        }
        guard let finished else { return true }
        continuation.resume(with: finished.map { .failure($0) } ?? .success(()))
        return false
    }
}
