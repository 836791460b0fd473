import Glibc
import Synchronization

/// A `flock(2)` lock on a file.
///
/// The kernel releases it when the process ends, however it ends. It belongs to this one opening of the
/// file, so two locks in one process exclude each other like two processes do. The descriptor is closed
/// on exec: a server that inherited it would hold the lock for ever.
final class FileLock: Sendable {
    enum Mode: Sendable {
        case shared
        case exclusive
        fileprivate var operation: CInt { self == .shared ? LOCK_SH : LOCK_EX }
    }

    let path: String
    private let descriptor: CInt

    /// Opens the file, which is made if missing and given to `owner`.
    init(path: String, owner: ServerUser) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw EmbeddedPostgresError.lastSystemError("open", path) }
        // Otherwise the owner of a cluster that root served first could not open its own lock.
        guard !owner.needsSwitch || fchown(descriptor, owner.uid, owner.gid) == 0 else {
            throw EmbeddedPostgresError.lastSystemError("fchown", path)
        }
    }

    deinit { close(descriptor) }

    /// Takes the lock, or changes its mode, without waiting. On false a lock held before is lost
    /// (`flock(2)`: a conversion is not atomic).
    func tryLock(_ mode: Mode) throws -> Bool {
        if flock(descriptor, mode.operation | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw EmbeddedPostgresError.lastSystemError("flock", path) }
        return false
    }

    /// Gives the lock back at once, even if a child process forked just now still has the descriptor.
    func unlock() { flock(descriptor, LOCK_UN) }

    /// Takes the lock, waiting for others in the kernel and not in a loop.
    ///
    /// - Throws: `lockTimeout` after `seconds`, `CancellationError` when the task is cancelled.
    func lock(_ mode: Mode, timeoutSeconds seconds: Int) async throws {
        if try tryLock(mode) { return }
        let finished = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.lockOnThread(mode) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard finished else {
            throw EmbeddedPostgresError.lockTimeout(path: path, holder: holder, seconds: seconds)
        }
    }

    /// Leaves our process id in the file, for the message that somebody else may have to give.
    func recordHolder() {
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = text.utf8.withContiguousStorageIfAvailable { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The process id left by the last holder.
    private var holder: String? {
        Files.read(path).map { trimmed($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func lockOnThread(_ mode: Mode) async throws -> Bool {
        let wait = LockWait(lock: self, operation: mode.operation)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait.begin($0) }
        } onCancel: {
            wait.abandon()
        }
    }

    fileprivate func block(_ operation: CInt) -> CInt {
        while flock(descriptor, operation) != 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }
}

/// One wait for a lock, on a thread of its own since `flock` blocks.
///
/// A wait cannot be taken back: when nobody wants the lock any more, the thread gives it back on getting it.
private final class LockWait: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Bool, any Error>)
        case abandoned
        case done
    }

    private let lock: FileLock
    private let operation: CInt
    private let state = Mutex(State.idle)

    init(lock: FileLock, operation: CInt) {
        self.lock = lock
        self.operation = operation
    }

    func begin(_ continuation: CheckedContinuation<Bool, any Error>) {
        let isWanted = state.withLock { state in
            guard case .idle = state else { return false }
            state = .waiting(continuation)
            return true
        }
        guard isWanted else { return continuation.resume(throwing: CancellationError()) }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<LockWait>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            box.toOpaque()
        )
        guard failure == 0 else {
            box.release()
            return finish(failure)
        }
        pthread_detach(thread)
    }

    func abandon() {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, any Error>? in
            defer { if case .done = state {} else { state = .abandoned } }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(throwing: CancellationError())
    }

    private func run() { finish(lock.block(operation)) }

    private func finish(_ failure: CInt) {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, any Error>? in
            guard case .waiting(let continuation) = state else { return nil }
            state = .done
            return continuation
        }
        guard let continuation else { return lock.unlock() }
        if failure == 0 {
            continuation.resume(returning: true)
        } else {
            continuation.resume(
                throwing: EmbeddedPostgresError.system(call: "flock", path: lock.path, reason: errnoText(failure))
            )
        }
    }
}
