import Logging
import Postgres
import SQLText
import Testing

@Suite("transactions")
struct TransactionTests {
    struct Stop: Error {}

    @Test("commit on return, rollback on a throw")
    func commitAndRollback() async throws {
        try await withTable { connection, observer in
            let value = try await connection.transaction { connection in
                try await connection.query("insert into t values (1)")
                try await expectRows(0, observer)
                return "done"
            }
            #expect(value == "done")
            try await expectRows(1, observer)
            await #expect(throws: Stop.self) {
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (2)")
                    throw Stop()
                }
            }
            try await expectRows(1, observer)
            try await expectRows(1, connection)
        }
    }

    @Test("a cancelled task rolls back, in a statement and between statements", arguments: [true, false])
    func cancel(inStatement: Bool) async throws {
        try await withTable { connection, observer in
            let pid = try await value(Int.self, "select pg_backend_pid()", on: connection)
            let (started, tell) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    tell.yield()
                    if inStatement {
                        try await connection.query("select pg_sleep(600)")
                    } else {
                        // A body that does not look: the commit must not happen.
                        while !Task.isCancelled { await Task.yield() }
                    }
                }
            }
            for await _ in started { break }
            if inStatement {
                try await waitUntilActive(pid, seenBy: observer)
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await expectRows(0, connection)
            // Other sessions see no lock or open transaction of it either.
            try await observer.script("drop table t")
        }
    }

    @Test("other tasks wait for the whole transaction, child tasks belong to it")
    func exclusive() async throws {
        try await withTable { connection, _ in
            let (began, tell) = AsyncStream.makeStream(of: Void.self)
            let transaction = Task {
                try await connection.transaction { connection in
                    tell.yield()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<20 {
                            group.addTask { try await connection.query("insert into t values (\(Int32(number)))") }
                        }
                        try await group.waitForAll()
                    }
                    for _ in 0..<50 { await Task.yield() }
                    try await expectRows(20, connection)
                    try await connection.query("delete from t where x > 0")
                }
            }
            for await _ in began { break }
            try await expectRows(1, connection)
            try await transaction.value
        }
    }

    @Test("a nested transaction is a savepoint")
    func nested() async throws {
        try await withTable { connection, observer in
            try await connection.transaction { connection in
                try await connection.query("insert into t values (1)")
                await #expect(throws: PostgresError.self) {
                    try await connection.transaction { connection in
                        try await connection.query("insert into t values (2)")
                        try await connection.query("select 1/0")
                    }
                }
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (3)")
                    try await connection.transaction { try await $0.script("insert into t values (4)") }
                }
            }
            try await expectRows(3, observer)
        }
    }

    @Test("an error that was swallowed is not a commit")
    func swallowed() async throws {
        try await withTable { connection, observer in
            await #expect(throws: ConnectionError.transactionAborted) {
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    _ = try? await connection.query("select 1/0")
                }
            }
            try await expectRows(0, observer)
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try await connection.script("create table u (x int unique deferrable initially deferred)")
                    try await connection.query("insert into u values (1), (1)")
                }
            }
            try await expectRows(0, connection)
        }
    }

    @Test("a body that ends the transaction itself is told so, a begin by hand too")
    func byHand() async throws {
        try await withTable { connection, _ in
            await #expect(throws: ConnectionError.transactionEnded) {
                try await connection.transaction { try await $0.script("commit") }
            }
            try await connection.query("begin")
            await #expect(throws: StatementError.alreadyInTransaction) {
                try await connection.transaction { _ in }
            }
            try await connection.query("rollback")
        }
    }

    @Test("a task that outlives the transaction is turned away")
    func outlived() async throws {
        try await withTable { connection, _ in
            let (end, tell) = AsyncStream.makeStream(of: Void.self)
            let straggler = try await connection.transaction { connection in
                Task {
                    for await _ in end { break }
                    try await connection.query("insert into t values (1)")
                }
            }
            tell.yield()
            await #expect(throws: ConnectionError.transactionEnded) { try await straggler.value }
            try await expectRows(0, connection)
        }
    }

    @Test("close() from within the body does not wait for itself, and nothing is committed")
    func closeInside() async throws {
        try await withTable { connection, observer in
            await #expect(throws: ConnectionError.closed) {
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    await connection.close()
                }
            }
            try await expectRows(0, observer)
            try await observer.script("drop table t")
        }
    }

    @Test("a connection lost in a transaction leaves nothing")
    func lost() async throws {
        try await withTable { connection, observer in
            let pid = try await value(Int32.self, "select pg_backend_pid()", on: connection)
            await #expect(throws: ConnectionError.lost(reason: "terminating connection due to administrator command")) {
                try await connection.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    try await observer.query("select pg_terminate_backend(\(pid), 20000)")
                    try await connection.query("insert into t values (2)")
                }
            }
            try await expectRows(0, observer)
        }
    }

    private func withTable(_ body: (Connection, Connection) async throws -> Void) async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await connection.script("create table t (x int)")
            try await withConnection(conninfo) { observer in try await body(connection, observer) }
        }
    }

    private func expectRows(
        _ expected: Int,
        _ connection: Connection,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await value(Int.self, "select count(*) from t", on: connection)
        #expect(found == expected, sourceLocation: location)
    }
}
