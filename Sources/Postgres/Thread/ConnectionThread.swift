import CLibPQ
import Glibc
import Synchronization

/// The thread a connection lives on, as an executor: jobs run one after the other in the order they came, and between
/// them the thread sleeps on the wake-up descriptor and the socket, so that a lost server is noticed at once.
///
/// If the connection goes out of scope without `close()`, its `deinit` calls `stop()`: jobs already queued are run,
/// the socket is closed here, and the thread ends. Only the thread itself keeps this object alive then.
final class ConnectionThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopping = false
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    let wakeup: Wakeup
    /// Touched on this thread only.
    let session: Session
    private let state = Mutex(State())

    init(session: Session) throws(ConnectionError) {
        self.session = session
        wakeup = session.wakeup
        try start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        state.withLock { state in
            precondition(!state.hasEnded, "a job came after the connection's thread had ended")
            state.jobs.append(unowned)
        }
        wakeup.signal()
    }

    /// Ends the thread once the queued jobs have run. Returns at once.
    func stop() {
        state.withLock { $0.isStopping = true }
        wakeup.signal()
    }

    /// Ends the thread and waits until the socket is closed.
    func stopAndWait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isStopping = true
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if isOver { continuation.resume() } else { wakeup.signal() }
        }
    }

    private func start() throws(ConnectionError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Name resolution and TLS run here: more than the smallest stack, far less than the default 8 MiB.
        pthread_attr_setstacksize(&attributes, 1 << 20)
        let code = startDetached(&attributes, name: "pg-connection") { self.run() }
        guard code == 0 else { throw .unreachable(reason: "no thread could be started: \(systemMessage(code))") }
    }

    private func run() {
        while let jobs = nextJobs() {
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if jobs.isEmpty { idle() }
        }
        session.finish()
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The jobs that have come since, or nil when the thread is to end.
    private func nextJobs() -> [UnownedJob]? {
        state.withLock { state in
            if state.jobs.isEmpty && state.isStopping { return nil }
            defer { state.jobs.removeAll() }
            return state.jobs
        }
    }

    private func idle() {
        // What a COPY sends stays where it is until somebody wants it: that is what slows the server down.
        let socket = session.isCopyingOut ? -1 : session.socket
        let ready = waitReady(wakeup: wakeup, socket: socket, until: nil)
        if ready.contains(.readable) { session.readIdleInput() }
    }
}

/// Starts a thread that runs `body`. Returns an errno, 0 if it runs.
func startDetached(
    _ attributes: inout pthread_attr_t,
    name: String,
    _ body: @escaping @Sendable () -> Void
) -> Int32 {
    let box = Unmanaged.passRetained(ThreadBody(name: name, run: body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        &attributes,
        { argument in
            guard let argument else { return nil }
            let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
            pgradient_name_this_thread(body.name)
            body.run()
            return nil
        },
        box.toOpaque()
    )
    if code != 0 { box.release() }
    return code
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}
