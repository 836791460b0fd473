import Glibc
import HTTPTypes
import Logging
import Synchronization

/// Answers a request. Runs in a task of its own, which is cancelled when the client is known to be gone.
public typealias Handler = @Sendable (HTTPServerRequest) async -> HTTPServerResponse

/// A minimal HTTP/1.1 server: strict, bounded, one thread for all sockets.
///
/// ```
/// let server = HTTPServer(address: try ListenAddress(parsing: "127.0.0.1:0"), logger: logger) { request in
///     HTTPServerResponse(status: .ok, body: .bytes(Array("hello\n".utf8)))
/// }
/// let address = try await server.start()
/// …
/// await server.shutdown(grace: .seconds(10))
/// ```
/// No TLS, no compression, no HTTP/2: a proxy's business. A server starts once.
public final class HTTPServer: Sendable {
    private enum State {
        case new
        case running(Mailbox, waiters: [CheckedContinuation<Void, Never>])
        case stopped
    }

    private let address: ListenAddress
    private let settings: ConnectionSettings
    private let logger: Logger
    private let accept: AcceptCall
    private let handler: Handler
    private let state = Mutex(State.new)

    /// - Parameters:
    ///   - defaultFields: set on every answer, the server's own refusals included, unless the handler sets them.
    ///   - errorBody: renders the body of answers that no handler made, such as 400 for a malformed request. Runs on
    ///     the loop's thread, so it must be quick. The default is a line of text.
    public convenience init(
        address: ListenAddress,
        limits: Limits = .default,
        logger: Logger,
        defaultFields: HTTPFields = [:],
        errorBody: @escaping ErrorBody = { ("text/plain; charset=utf-8", Array("\($1)\n".utf8)) },
        handler: @escaping Handler
    ) {
        self.init(
            address: address,
            limits: limits,
            logger: logger,
            defaultFields: defaultFields,
            errorBody: errorBody,
            accept: SystemAccept.call,
            handler: handler
        )
    }

    init(
        address: ListenAddress,
        limits: Limits,
        logger: Logger,
        defaultFields: HTTPFields = [:],
        errorBody: @escaping ErrorBody,
        accept: @escaping AcceptCall,
        handler: @escaping Handler
    ) {
        self.address = address
        self.logger = logger
        self.accept = accept
        self.handler = handler
        settings = ConnectionSettings(limits: limits, defaultFields: defaultFields, errorBody: errorBody)
    }

    /// Binds, and serves from then on.
    /// - Returns: where it listens, port 0 resolved.
    /// - Throws: what is in the way and what to do about it.
    public func start() async throws(ListenError) -> ListenAddress {
        let listener = try Listener.open(address)
        do throws(ListenError) {
            try launch(listener)
        } catch {
            listener.close()
            throw error
        }
        logger.info("listening", metadata: ["address": "\(listener.address)"])
        return listener.address
    }

    /// Stops: no new connections, idle ones are closed, streams are cancelled, and requests that are running have
    /// until `grace` to be answered. Returns when the last connection is closed. A later call waits as well, and may
    /// shorten the grace.
    public func shutdown(grace: Duration) async {
        await withCheckedContinuation { continuation in
            let mailbox = state.withLock { state -> Mailbox? in
                guard case .running(let mailbox, let waiters) = state else {
                    state = .stopped
                    return nil
                }
                state = .running(mailbox, waiters: waiters + [continuation])
                return mailbox
            }
            if let mailbox { mailbox.post(.shutdown(grace: grace)) } else { continuation.resume() }
        }
    }

    /// Whether the thread that serves all sockets reacts within a time: not if it is stuck, or not running.
    public func isResponsive(within limit: Duration) async -> Bool {
        guard case .running(let mailbox, _) = state.withLock({ $0 }) else { return false }
        let (answers, continuation) = AsyncStream.makeStream(of: Void.self)
        mailbox.post(.knock { continuation.yield() })
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.finish()
        }
        defer { timer.cancel() }
        for await _ in answers { return true }
        return false
    }

    private func launch(_ listener: Listener) throws(ListenError) {
        guard let epoll = Epoll() else { throw systemError("epoll_create1") }
        guard let mailbox = Mailbox(),
            epoll.add(mailbox.descriptor, tag: EventLoop.Tag.mailbox, for: .input),
            epoll.add(listener.descriptor, tag: EventLoop.Tag.listener, for: .input)
        else {
            defer { epoll.close() }
            throw systemError("epoll_ctl")
        }
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .running(mailbox, waiters: [])
            return true
        }
        guard isFirst else {
            epoll.close()
            throw .alreadyStarted
        }
        let configuration = EventLoopConfiguration(
            listener: listener,
            epoll: epoll,
            mailbox: mailbox,
            settings: settings,
            logger: logger,
            accept: accept,
            handler: handler
        )
        let code = LoopThread.start(name: "http") {
            EventLoop(configuration).run()
            self.stopped()
        }
        guard code == 0 else {
            stopped()
            epoll.close()
            throw .system(call: "pthread_create", code: code, address)
        }
    }

    private func stopped() {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            defer { state = .stopped }
            if case .running(_, let waiters) = state { return waiters }
            return []
        }
        for waiter in waiters { waiter.resume() }
    }

    private func systemError(_ call: String) -> ListenError {
        ListenError(call: call, code: errno, address: address)
    }
}
