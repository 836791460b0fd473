import CLibPQ
import Logging
import SQLText
import Synchronization

/// A connection to PostgreSQL on a thread of its own.
///
/// All of libpq runs on that thread, which waits in `poll`; callers only suspend. Statements of several tasks are
/// served one at a time, first come first served. Cancelling a task cancels its statement on the server, and the
/// connection can be used again as soon as the call has thrown.
///
/// A connection that is let go of without `close()` closes its socket and ends its thread by itself.
public actor Connection {
    private let thread: ConnectionThread
    private let turnstile = Turnstile()
    /// Which use of the connection this is: scopes of an earlier one mean nothing any more.
    private let number = Atomic<UInt64>(Scope.newNumber())
    private let versionNumber = Atomic<Int>(0)
    private let current = Mutex(Current())
    nonisolated let logger: Logger
    private let observer: StatementObserver?

    /// What a `close()` from outside has to know.
    private struct Current {
        var operation: Operation?
        var isClosing = false
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects.
    /// - Parameters:
    ///   - logger: gets the server's notices and, at trace level, the name of each statement. Never a value.
    ///   - patience: how long the server has to answer a cancel request before the connection is given up.
    /// - Throws: `ConnectionError.unreachable`, `.invalidSettings` or `.serverTooOld`; `CancellationError`.
    public nonisolated(nonsending) static func open(
        _ settings: ConnectionSettings,
        logger: Logger,
        patience: Duration = .seconds(5)
    ) async throws -> Connection {
        let connection = try Connection(logger: logger, patience: patience, observer: settings.observer)
        do {
            try await connection.perform("connect", timeout: nil) { session, operation in
                try session.connect(settings, operation)
            }
            let version = try await connection.perform("connect", timeout: nil) { session, _ in
                Int(PQserverVersion(try session.connection))
            }
            connection.versionNumber.store(version, ordering: .relaxed)
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    private init(logger: Logger, patience: Duration, observer: StatementObserver?) throws(ConnectionError) {
        self.logger = logger
        self.observer = observer
        thread = try ConnectionThread(session: Session(logger: logger, patience: patience))
    }

    deinit { thread.stop() }

    /// The server's version as libpq has it: 150018 is 15.18.
    public nonisolated var serverVersion: Int {
        get async { versionNumber.load(ordering: .relaxed) }
    }

    /// Ends the statement under way, turns waiting ones away with `ConnectionError.closed`, and closes the socket.
    ///
    /// A transaction in progress is waited for: its statements fail, and it is rolled back when its body has thrown.
    /// Called from within that body, it returns at once, and the socket is closed when the connection is let go of.
    public nonisolated(nonsending) func close() async {
        let running = current.withLock { current in
            current.isClosing = true
            return current.operation
        }
        running?.interrupt(.closing)
        // Waiting for the end of what one is in the middle of would be for ever.
        guard currentScope == nil else { return turnstile.turnAway(ConnectionError.closed) }
        await turnstile.close(ConnectionError.closed)
        await thread.stopAndWait()
    }

    // MARK: - Getting to the thread

    /// The turnstile that statements of the current task have to pass.
    nonisolated var currentTurnstile: Turnstile { currentScope?.turnstile ?? turnstile }

    nonisolated var currentScope: Scope? { Scope.innermost(of: number.load(ordering: .relaxed)) }

    nonisolated func newScope(_ kind: Scope.Kind) -> Scope { Scope(kind, of: number.load(ordering: .relaxed)) }

    /// Begins a new use: a task that was started inside a transaction of the last one has no part in it.
    nonisolated func renew() { number.store(Scope.newNumber(), ordering: .relaxed) }

    nonisolated func newOperation(_ statement: String?, timeout: Duration?) -> Operation {
        Operation(statement, timeout: timeout, wakeup: thread.wakeup)
    }

    /// Waits for its turn and runs one conversation with the server on the connection's thread.
    nonisolated(nonsending) func perform<T: Sendable>(
        _ statement: String?,
        timeout: Duration?,
        _ work: @Sendable (Session, Operation) throws -> T
    ) async throws -> T {
        let turnstile = currentTurnstile
        try await turnstile.enter()
        defer { turnstile.leave() }
        return try await interruptibly(newOperation(statement, timeout: timeout), work)
    }

    /// The turnstile must be held. The work is interrupted when the task is cancelled.
    nonisolated(nonsending) func interruptibly<T: Sendable>(
        _ operation: Operation,
        _ work: @Sendable (Session, Operation) throws -> T
    ) async throws -> T {
        let isClosing = current.withLock { current in
            current.operation = operation
            return current.isClosing
        }
        defer { current.withLock { $0.operation = nil } }
        if isClosing { operation.interrupt(.closing) }
        return try await withTaskCancellationHandler {
            try await onThread(operation, work)
        } onCancel: {
            operation.interrupt(.cancelled)
        }
    }

    /// The turnstile must be held. The work runs to its end, or to the end of the operation's time, even in a task
    /// that is cancelled: for what puts things in order.
    func onThread<T: Sendable>(
        _ operation: Operation,
        _ work: @Sendable (Session, Operation) throws -> T
    ) throws -> T {
        let start = ContinuousClock.now
        defer {
            let duration = ContinuousClock.now - start
            observer?.observe(operation.statement, duration)
            logger.trace(
                "statement",
                metadata: [
                    "name": "\(operation.statement ?? "unnamed")",
                    "took": "\(duration.shortText)",
                ]
            )
        }
        return try work(thread.session, operation)
    }
}
