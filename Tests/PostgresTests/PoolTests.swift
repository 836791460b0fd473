import Logging
import Postgres
import SQLText
import TestSupport
import Testing

@Suite("the pool")
struct PoolTests {
    struct Stop: Error {}

    @Test("200 tasks share four connections, no two at a time on one")
    func bounded() async throws {
        try await withPool(size: 4) { pool in
            let inUse = Shared<[Int: Int]>([:])
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            let pid = try await value(Int.self, "select pg_backend_pid()", on: connection)
                            let together = inUse.withLock { inUse in
                                inUse[pid, default: 0] += 1
                                return inUse[pid] ?? 0
                            }
                            #expect(together == 1)
                            let back = try await value(Int.self, "select \(number)", on: connection)
                            inUse.withLock { $0[pid, default: 0] -= 1 }
                            return back
                        }
                    }
                }
                var sum = 0
                for try await number in group { sum += number }
                #expect(sum == 199 * 200 / 2)
            }
            #expect(inUse.withLock { $0.count } <= 4)
            let statistics = pool.statistics
            #expect(statistics.size == 4)
            #expect(statistics.inUse == 0)
            #expect(statistics.waiting == 0)
            #expect(statistics.idle == statistics.opened)
            #expect(statistics.discarded == 0)
        }
    }

    @Test("those who wait are served in the order they came; one that is cancelled leaves the line")
    func fairness() async throws {
        try await withPool(size: 1) { pool in
            let order = Shared<[Int]>([])
            try await pool.withConnection { _ in
                var tasks: [Task<Void, any Error>] = []
                for number in 0..<10 {
                    tasks.append(
                        Task { try await pool.withConnection { _ in order.withLock { $0.append(number) } } }
                    )
                    try await waitUntil("a task did not get into the line") {
                        pool.statistics.waiting == number + 1
                    }
                }
                tasks[3].cancel()
                await #expect(throws: CancellationError.self) { try await tasks[3].value }
                #expect(pool.statistics.waiting == 9)
            }
            try await waitUntil("not everybody was served") { pool.statistics.waiting + pool.statistics.inUse == 0 }
            #expect(order.withLock { $0 } == [0, 1, 2, 4, 5, 6, 7, 8, 9])
        }
    }

    @Test("dead connections are replaced without anybody noticing")
    func recovers() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { observer in
            try await withPool(size: 3, conninfo) { pool in
                // Open all three.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let gate = Gate(3)
                    for _ in 0..<3 { group.addTask { try await pool.withConnection { _ in await gate.arrive() } } }
                    try await group.waitForAll()
                }
                #expect(pool.statistics.idle == 3)
                try await observer.query(
                    """
                    select pg_terminate_backend(pid, 20000) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()
                    """
                )
                for number in 0..<6 {
                    let back = try await pool.withConnection {
                        try await value(Int.self, "select \(number)", on: $0)
                    }
                    #expect(back == number)
                }
                // One that dies in the hands of its user is the user's error, and not lent again.
                await #expect(throws: ConnectionError.self) {
                    try await pool.withConnection { connection in
                        let pid = try await value(Int32.self, "select pg_backend_pid()", on: connection)
                        try await observer.query("select pg_terminate_backend(\(pid), 20000)")
                        try await connection.query("select 1")
                    }
                }
                let one = try await pool.withConnection { try await value(Int.self, "select 1", on: $0) }
                #expect(one == 1)
                #expect(pool.statistics.discarded >= 2)
            }
        }
    }

    @Test("a transaction left open is rolled back, also by a cancelled task")
    func leftOpen() async throws {
        try await withPool(size: 1) { pool in
            try await pool.withConnection { connection in
                try await connection.script("create table t (x int)")
                try await connection.query("begin")
                try await connection.query("insert into t values (1)")
            }
            let task = Task {
                try await pool.withConnection { connection in
                    try await connection.query("begin")
                    try await connection.query("insert into t values (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            try await task.value
            await #expect(throws: Stop.self) {
                try await pool.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    throw Stop()
                }
            }
            let count = try await pool.withConnection {
                try await value(Int.self, "select count(*) from t", on: $0)
            }
            #expect(count == 0)
            #expect(pool.statistics.opened == 1)
        }
    }

    @Test("a task started in a transaction can use the pool after it")
    func afterwards() async throws {
        try await withPool(size: 1) { pool in
            let (end, tell) = AsyncStream.makeStream(of: Void.self)
            let later = try await pool.transaction { _ in
                Task {
                    for await _ in end { break }
                    return try await pool.withConnection { try await value(Int.self, "select 1", on: $0) }
                }
            }
            tell.yield()
            let one = try await later.value
            #expect(one == 1)
        }
    }

    @Test("connections that wait for the server block nobody else: 20 of them sleep at the same time")
    func parallel() async throws {
        try await withPool(size: 20) { pool in
            let took = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask { try await pool.withConnection { try await $0.script("select pg_sleep(1)") } }
                    }
                    try await group.waitForAll()
                }
            }
            // With the two threads of a small machine it would be ten.
            #expect(took < .seconds(8))
        }
    }

    @Test("set-up statements run on each connection; unsupported settings are lived with, required ones are not")
    func setup() async throws {
        let conninfo = try await freshDatabase()
        let setup = SessionSetup(
            required: ["set work_mem = '7MB'"],
            ifSupported: ["set no_such_setting = 1"] + SessionSetup.standard.ifSupported
        )
        try await withPool(size: 1, conninfo, setup: setup) { pool in
            try await pool.withConnection { connection in
                let memory = try await value(String.self, "select current_setting('work_mem')", on: connection)
                #expect(memory == "7MB")
                let check = try await value(
                    String.self,
                    "select current_setting('client_connection_check_interval')",
                    on: connection
                )
                #expect(check == "1s")
            }
        }
        try await withPool(size: 1, conninfo, setup: SessionSetup(required: ["set no_such_setting = 1"])) { pool in
            for _ in 0..<2 {
                await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
            }
            #expect(pool.statistics.inUse == 0)
        }
    }

    @Test("a server that is not there is said at once, to everyone who waits")
    func unreachable() async throws {
        try await withPool(size: 1, "host=/nonexistent user=nobody") { pool in
            await withTaskGroup { group in
                for _ in 0..<5 {
                    group.addTask {
                        let error = await #expect(throws: ConnectionError.self) {
                            try await pool.withConnection { _ in }
                        }
                        guard case .unreachable(let reason) = error else {
                            Issue.record("\(String(describing: error))")
                            return
                        }
                        #expect(reason.contains("/nonexistent/.s.PGSQL.5432"))
                    }
                }
            }
            #expect(pool.statistics.inUse == 0)
        }
    }

    @Test("a closed pool turns everybody away and waits for what is lent")
    func closing() async throws {
        let pool = Pool(
            ConnectionSettings(conninfo: try await freshDatabase()),
            size: 1,
            logger: Logger(label: "test")
        )
        try await pool.withConnection { connection in
            let waiting = Task { try await pool.withConnection { _ in } }
            try await waitUntil("nobody waits") { pool.statistics.waiting == 1 }
            let closing = Task { await pool.close() }
            await #expect(throws: ConnectionError.closed) { try await waiting.value }
            let one = try await value(Int.self, "select 1", on: connection)
            #expect(one == 1)
            _ = closing
        }
        await pool.close()
        #expect(pool.statistics.inUse == 0)
        await #expect(throws: ConnectionError.closed) { try await pool.withConnection { _ in } }
    }

    private func withPool(
        size: Int,
        _ conninfo: String? = nil,
        setup: SessionSetup = .standard,
        _ body: (Pool) async throws -> Void
    ) async throws {
        var text = ""
        if let conninfo { text = conninfo } else { text = try await freshDatabase() }
        let pool = Pool(ConnectionSettings(conninfo: text), size: size, setup: setup, logger: Logger(label: "test"))
        do {
            try await body(pool)
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }
}

/// Lets nobody through until all have come.
private actor Gate {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { missing = count }

    func arrive() async {
        missing -= 1
        if missing > 0 {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            for continuation in waiting { continuation.resume() }
        }
    }
}
