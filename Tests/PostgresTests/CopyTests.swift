import Postgres
import SQLText
import Synchronization
import TestSupport
import Testing

@Suite("COPY")
struct CopyTests {
    struct SourceFailed: Error, Equatable {}

    @Test("10 MB in and out again, in chunks that end anywhere")
    func tenMegabytes() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (id int, body text)")
            var data: [UInt8] = []
            var count = 0
            while data.count < 10_000_000 {
                data += "\(count)\t\(String(repeating: "ü", count: count % 90))\n".utf8
                count += 1
            }
            let sent = try await connection.copyIn("copy t from stdin", from: chunks(of: data, size: 100_003))
            #expect(sent == count)
            let total = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(total == count)

            var back: [UInt8] = []
            let received = try await connection.copyOut("copy (select * from t order by id) to stdout") { chunk in
                #expect(chunk.last == UInt8(ascii: "\n"))
                back += chunk
            }
            #expect(received == count)
            #expect(back == data)
        }
    }

    @Test("a chunk of many megabytes at once")
    func oneChunk() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x float8)")
            let data = Array(String(repeating: "0.125\n", count: 500_000).utf8)
            let sent = try await connection.copyIn("copy t from stdin", from: chunks(of: data, size: data.count))
            #expect(sent == 500_000)
        }
    }

    @Test("bound values are written into the text")
    func binds() async throws {
        try await withFreshConnection { connection in
            var text: [UInt8] = []
            _ = try await connection.copyOut(
                "copy (select i, \("it's \\ so") from generate_series(1, 9) i where i > \(7)) to stdout"
            ) { text += $0 }
            #expect(String(decoding: text, as: UTF8.self) == "8\tit's \\\\ so\n9\tit's \\\\ so\n")
        }
    }

    @Test("a source that fails aborts the COPY, keeps nothing and is what the caller sees")
    func failingSource() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int)")
            let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield(Array("1\n2\n".utf8))
                continuation.finish(throwing: SourceFailed())
            }
            await #expect(throws: SourceFailed()) { try await connection.copyIn("copy t from stdin", from: source) }
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 0)
        }
    }

    @Test("a COPY that is aborted before the server reads its rows leaves the next statement its answer")
    func abortedEarly() async throws {
        try await withFreshConnection { connection in
            // The server has offered to take rows when this trigger is fired.
            try await connection.script(
                """
                create table t (x int);
                create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(600); return null; end';
                create trigger waiting before insert on t execute function wait()
                """
            )
            for number in 0..<3 {
                let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
                    continuation.yield(Array("1\n2\n".utf8))
                    continuation.finish(throwing: SourceFailed())
                }
                await #expect(throws: SourceFailed()) { try await connection.copyIn("copy t from stdin", from: source) }
                let answer = try await value(Int.self, "select \(number)", on: connection)
                #expect(answer == number)
            }
        }
    }

    @Test("a COPY of several statements is refused before any of them has run")
    func several() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int)")
            for text: SQL in ["copy t from stdin; drop table t", "drop table t; copy t from stdin"] {
                let error = try #require(
                    await #expect(throws: PostgresError.self) {
                        try await connection.copyIn(text, from: chunks(of: [], size: 1))
                    }
                )
                #expect(error.sqlState == "42601")
            }
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 0)
        }
    }

    @Test("a cancelled task never keeps half of its rows")
    func cancelledSource() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int)")
            let (source, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            let (asked, told) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                told.yield()
                return try await connection.copyIn("copy t from stdin", from: source)
            }
            for await _ in asked { break }
            continuation.yield(Array("1\n2\n".utf8))
            // An AsyncStream ends normally in a cancelled task.
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 0)
        }
    }

    @Test("a row the server can't read is its error, with the line")
    func badRow() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int)")
            let data = Array("1\nzwei\n3\n".utf8)
            let error = try #require(
                await #expect(throws: PostgresError.self) {
                    try await connection.copyIn("copy t from stdin", from: chunks(of: data, size: 4))
                }
            )
            #expect(error.sqlState == "22P02")
            #expect(error.context?.contains("line 2") == true)
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 0)
        }
    }

    @Test("a body that fails ends the COPY early, and the connection goes on")
    func failingBody() async throws {
        try await withFreshConnection { connection in
            var chunks = 0
            await #expect(throws: SourceFailed()) {
                try await connection.copyOut("copy (select generate_series(1, 100000000)) to stdout") { _ in
                    chunks += 1
                    throw SourceFailed()
                }
            }
            #expect(chunks == 1)
            let one = try await value(Int.self, "select 1", on: connection)
            #expect(one == 1)
        }
    }

    @Test("a body that waits holds the server back")
    func backPressure() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await withConnection(conninfo) { observer in
                let pid = try await value(Int.self, "select pg_backend_pid()", on: connection)
                var isFirst = true
                let count = try await connection.copyOut(
                    "copy (select repeat('x', 1000) from generate_series(1, 30000)) to stdout"
                ) { _ in
                    guard isFirst else { return }
                    isFirst = false
                    // Held for a whole second: it is seen to wait now and then also while somebody takes all it sends.
                    var held = 0
                    try await waitUntil("the server went on sending") {
                        let sql: SQL = "select wait_event from pg_stat_activity where pid = \(pid)"
                        held = try await value(String?.self, sql, on: observer) == "ClientWrite" ? held + 1 : 0
                        return held == 200
                    }
                }
                #expect(count == 30_000)
            }
        }
    }

    @Test("a COPY that waits for a lock is cancelled with its task")
    func cancelBlocked() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { connection in
            try await connection.script("create table t (x int)")
            let pid = try await value(Int.self, "select pg_backend_pid()", on: connection)
            try await withConnection(conninfo) { locker in
                try await locker.transaction { locker in
                    try await locker.script("lock table t")
                    let task = Task {
                        try await connection.copyIn("copy t from stdin", from: chunks(of: [49, 10], size: 2))
                    }
                    // A third one: a transaction sees one state of pg_stat_activity for its whole length.
                    try await withConnection(conninfo) { try await waitUntilActive(pid, seenBy: $0) }
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
            }
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 0)
        }
    }

    @Test("a statement from within a COPY on the same connection is refused instead of waiting for ever")
    func fromWithin() async throws {
        try await withFreshConnection { connection in
            await #expect(throws: StatementError.busyWithCopy) {
                try await connection.copyOut("copy (select 1) to stdout") { _ in
                    try await connection.query("select 1")
                }
            }
            let one = try await value(Int.self, "select 1", on: connection)
            #expect(one == 1)
        }
    }
}

private func chunks(of data: [UInt8], size: Int) -> AsyncThrowingStream<[UInt8], any Error> {
    let position = Mutex(0)
    return AsyncThrowingStream {
        position.withLock { position in
            guard position < data.count else { return nil }
            defer { position += size }
            return Array(data[position..<min(position + size, data.count)])
        }
    }
}
