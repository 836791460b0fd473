import Glibc
import Logging
import Postgres
import SQLText
import Testing

@Suite("statements that end early")
struct InterruptionTests {
    @Test("cancelling the task cancels the statement, and the connection goes on")
    func cancelByTask() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await withConnection(conninfo) { observer in
                let processID = try await pid(connection)
                let task = Task { try await connection.query("select pg_sleep(600)") }
                try await waitUntilActive(processID, seenBy: observer)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                for number in 1...20 {
                    let back = try await value(Int.self, "select \(number)", on: connection)
                    #expect(back == number)
                }
                let after = try await pid(connection)
                #expect(after == processID)
            }
        }
    }

    @Test("a task cancelled beforehand sends nothing")
    func cancelledBefore() async throws {
        try await withFreshConnection { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await connection.query("create table t ()")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let found = try await value(Bool.self, "select to_regclass('t') is not null", on: connection)
            #expect(!found)
        }
    }

    @Test("a statement that takes too long is named, and the connection goes on")
    func timeout() async throws {
        try await withFreshConnection { connection in
            let processID = try await pid(connection)
            let error = try #require(
                await #expect(throws: ConnectionError.self) {
                    try await connection.query("select pg_sleep(600)", name: "nap", timeout: .milliseconds(100))
                }
            )
            #expect(error == .timedOut(statement: "nap", after: .milliseconds(100)))
            #expect("\(error)" == "the statement \"nap\" took longer than 100 ms and was cancelled")
            let after = try await pid(connection)
            #expect(after == processID)
        }
    }

    @Test("a cancel from somewhere else is the server's error")
    func cancelledByOthers() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await withConnection(conninfo) { observer in
                let processID = try await pid(connection)
                let task = Task { try await connection.query("select pg_sleep(600)") }
                try await waitUntilActive(processID, seenBy: observer)
                try await observer.query("select pg_cancel_backend(\(Int32(processID)))")
                let error = try #require(await #expect(throws: PostgresError.self) { try await task.value })
                #expect(error.sqlState == "57014")
                let after = try await pid(connection)
                #expect(after == processID)
            }
        }
    }

    @Test("a server that does not answer the cancel request costs the connection, not the caller")
    func deafServer() async throws {
        let settings = ConnectionSettings(conninfo: try await freshDatabase())
        let logger = Logger(label: "test")
        let connection = try await Connection.open(settings, logger: logger, patience: .milliseconds(200))
        let processID = try await pid(connection)
        // The backend is stopped: it neither answers nor takes the signal.
        kill(pid_t(processID), SIGSTOP)
        defer { kill(pid_t(processID), SIGCONT) }
        await #expect(throws: ConnectionError.timedOut(statement: nil, after: .milliseconds(100))) {
            try await connection.query("select 1", timeout: .milliseconds(100))
        }
        let error = try #require(
            await #expect(throws: ConnectionError.self) { try await connection.query("select 1") }
        )
        #expect("\(error)".contains("did not answer a cancel request within 200 ms"))
        await connection.close()
    }

    @Test("a backend that is terminated gives lost, with the server's reason", arguments: [true, false])
    func terminated(whileBusy: Bool) async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await withConnection(conninfo) { observer in
                let processID = try await pid(connection)
                let task = whileBusy ? Task { try await connection.query("select pg_sleep(600)") } : nil
                if whileBusy { try await waitUntilActive(processID, seenBy: observer) }
                try await observer.query("select pg_terminate_backend(\(Int32(processID)), 20000)")
                let error = try #require(
                    await #expect(throws: ConnectionError.self) {
                        if let task { _ = try await task.value } else { try await connection.query("select 1") }
                    }
                )
                #expect(error == .lost(reason: "terminating connection due to administrator command"))
                await #expect(throws: error) { try await connection.query("select 1") }
            }
        }
    }

    @Test("close() ends a statement under way and turns waiting ones away")
    func closeWhileBusy() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { observer in
            let connection = try await Connection.open(
                ConnectionSettings(conninfo: conninfo),
                logger: Logger(label: "test")
            )
            let processID = try await pid(connection)
            let running = Task { try await connection.query("select pg_sleep(600)") }
            try await waitUntilActive(processID, seenBy: observer)
            let waiting = Task { try await connection.query("select 1") }
            await connection.close()
            await #expect(throws: ConnectionError.closed) { try await running.value }
            await #expect(throws: ConnectionError.closed) { try await waiting.value }
            await #expect(throws: ConnectionError.closed) { try await connection.query("select 1") }
            await connection.close()
        }
    }

    @Test("200 tasks on one connection take turns, and any of them can be cancelled while it waits")
    func manyTasks() async throws {
        try await withFreshConnection { connection in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask { try await value(Int.self, "select \(number) + 1", on: connection) }
                }
                var sum = 0
                for try await number in group { sum += number }
                #expect(sum == 200 * 201 / 2)
            }
            let running = Task { try await connection.query("select pg_sleep(600)") }
            let waiting = Task { try await connection.query("select 1") }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
        }
    }

    @Test("cancelling at every moment never harms the next statement")
    func cancelRace() async throws {
        try await withFreshConnection { connection in
            for round in 0..<200 {
                let task = Task { try await value(Int.self, "select \(round)", on: connection) }
                for _ in 0..<(round % 20) { await Task.yield() }
                task.cancel()
                switch await task.result {
                case .success(let back): #expect(back == round)
                case .failure(let error): #expect(error is CancellationError)
                }
                let next = try await value(Int.self, "select \(round + 1)", on: connection)
                #expect(next == round + 1)
            }
        }
    }

    private func pid(_ connection: Connection) async throws -> Int {
        try await value(Int.self, "select pg_backend_pid()", on: connection)
    }
}
