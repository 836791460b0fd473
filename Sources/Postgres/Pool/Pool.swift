import Logging
import Synchronization

/// A bounded number of connections, opened when first needed and lent to one task at a time, first come first served.
///
/// Reconnecting is done here and nowhere else: a connection that died is thrown away, when it comes back or when it is
/// about to be lent again, and a new one is opened in its place. What a task sets on its connection (`SET`, prepared
/// statements, temporary tables) stays on it for the next one; `SET LOCAL` does not.
public final class Pool: Sendable {
    /// What the pool is doing, for a status page.
    public struct Statistics: Sendable, Hashable {
        /// Most connections there can be.
        public let size: Int
        /// Open and waiting for work.
        public let idle: Int
        /// Lent, or being opened.
        public let inUse: Int
        /// Tasks that wait for one.
        public let waiting: Int
        /// Connections opened since the pool was made.
        public let opened: Int
        /// Those of them that were found broken.
        public let discarded: Int
    }

    public let settings: ConnectionSettings
    private let setup: SessionSetup
    private let logger: Logger
    private let queue: PoolQueue
    private let opened = Atomic<Int>(0)
    private let discarded = Atomic<Int>(0)

    /// Makes a pool; no connection is opened yet.
    /// - Parameter setup: run on each new connection.
    public init(
        _ settings: ConnectionSettings,
        size: Int,
        setup: SessionSetup = .standard,
        logger: Logger
    ) {
        self.settings = settings
        self.setup = setup
        self.logger = logger
        queue = PoolQueue(size: size)
    }

    /// Lends a connection to the body. Waits if all are lent; the wait ends when the task is cancelled.
    ///
    /// A transaction that the body leaves open is rolled back. The connection must not be used after the body.
    /// - Throws: what the body throws; `ConnectionError.unreachable` at once if a new connection is needed and can't be
    ///   made; `ConnectionError.closed`.
    public nonisolated(nonsending) func withConnection<T>(
        _ body: (Connection) async throws -> T
    ) async throws -> T {
        let connection = try await lend()
        do {
            let value = try await body(connection)
            await takeBack(connection)
            return value
        } catch {
            await takeBack(connection)
            throw error
        }
    }

    /// As `connection.transaction` on a lent connection.
    public nonisolated(nonsending) func transaction<T>(
        _ body: (Connection) async throws -> T
    ) async throws -> T {
        try await withConnection { try await $0.transaction(body) }
    }

    /// Closes the idle connections at once and the lent ones when they come back, and waits for those.
    public nonisolated(nonsending) func close() async {
        for connection in queue.close() { await connection.close() }
        await queue.waitForEnd()
    }

    public var statistics: Statistics {
        let counts = queue.counts
        return Statistics(
            size: queue.size,
            idle: counts.idle,
            inUse: counts.granted,
            waiting: counts.waiting,
            opened: opened.load(ordering: .relaxed),
            discarded: discarded.load(ordering: .relaxed)
        )
    }

    private nonisolated(nonsending) func lend() async throws -> Connection {
        let grant = try await queue.take()
        if case .used(let connection) = grant {
            if await connection.isAlive() { return connection }
            await discard(connection)
        }
        do {
            return try await open()
        } catch {
            if !queue.giveBack(nil) { queue.ended() }
            throw error
        }
    }

    private nonisolated(nonsending) func open() async throws -> Connection {
        let connection = try await Connection.open(settings, logger: logger)
        do {
            try await setup.run(on: connection)
        } catch {
            await connection.close()
            throw error
        }
        opened.wrappingAdd(1, ordering: .relaxed)
        return connection
    }

    private nonisolated(nonsending) func takeBack(_ connection: Connection) async {
        let isUsable = await connection.tidy()
        if !isUsable { await discard(connection) }
        connection.renew()
        if queue.giveBack(isUsable ? connection : nil) { return }
        await connection.close()
        queue.ended()
    }

    private nonisolated(nonsending) func discard(_ connection: Connection) async {
        discarded.wrappingAdd(1, ordering: .relaxed)
        logger.debug("a broken connection is replaced")
        await connection.close()
    }
}
