import Postgres
import SQLText
import Testing

@Suite("errors of the server")
struct ErrorTests {
    @Test("all fields arrive, and what goes to a log quotes no row")
    func fields() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (secret text constraint only_once unique)")
            try await connection.query("insert into t values (\("s3cret"))")
            let error = try #require(
                await #expect(throws: PostgresError.self) {
                    try await connection.query("insert into t values (\("s3cret"))", name: "insert secret")
                }
            )
            #expect(error.sqlState == "23505")
            #expect(error.severity == "ERROR")
            #expect(error.schema == "public")
            #expect(error.table == "t")
            #expect(error.constraint == "only_once")
            #expect(error.statementName == "insert secret")
            #expect(error.detail?.contains("s3cret") == true)
            let expected = """
                23505: duplicate key value violates unique constraint "only_once" \
                [statement "insert secret", constraint "only_once"]
                """
            #expect("\(error)" == expected)
            for text in [String(reflecting: error), dumped(error)] { #expect(!text.contains("s3cret")) }
        }
    }

    @Test("position and hint point at the mistake")
    func position() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (amount int)")
            let error = try #require(
                await #expect(throws: PostgresError.self) { try await connection.query("select amont from t") }
            )
            #expect(error.sqlState == "42703")
            #expect(error.position == 8)
            #expect(error.hint?.contains("amount") == true)
            #expect("\(error)".contains("character 8"))
        }
    }

    @Test("a data error's value stays out of the log and in the message")
    func dataError() async throws {
        try await withFreshConnection { connection in
            let error = try #require(
                await #expect(throws: PostgresError.self) { try await connection.query("select \("12\"34x")::int") }
            )
            #expect(error.sqlState == "22P02")
            #expect(error.message.contains("34x"))
            #expect("\(error)" == #"22P02: invalid input syntax for type integer: "…""#)
        }
    }

    @Test("a script stops at its first error and keeps nothing")
    func script() async throws {
        try await withFreshConnection { connection in
            await #expect(throws: PostgresError.self) {
                try await connection.script("create table t (x int); select 1/0; create table u (x int)")
            }
            let count = try await value(
                Int.self,
                "select count(*) from pg_class where relname in ('t', 'u')",
                on: connection
            )
            #expect(count == 0)
        }
    }

    @Test("COPY through the wrong door is refused, and the connection goes on", arguments: [true, false])
    func unexpectedCopy(asScript: Bool) async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int); insert into t select generate_series(1, 100000)")
            for text in ["copy t from stdin", "copy t to stdout"] {
                await #expect(throws: StatementError.isCopy) {
                    if asScript {
                        try await connection.script(text)
                    } else {
                        try await connection.query(SQL(unsafeRaw: text))
                    }
                }
            }
            await #expect(throws: StatementError.isNotCopy(expected: "COPY … TO STDOUT")) {
                try await connection.copyOut("copy t from stdin") { _ in }
            }
            await #expect(throws: StatementError.isNotCopy(expected: "COPY … FROM STDIN")) {
                try await connection.copyIn("select 1", from: AsyncStream<[UInt8]> { $0.finish() })
            }
            let count = try await value(Int.self, "select count(*) from t", on: connection)
            #expect(count == 100_000)
        }
    }

    @Test("prepared statements: typed, reusable, replaceable")
    func prepared() async throws {
        try await withFreshConnection { connection in
            let sum: SQL = "select \(hole: "a", .float8) + \(hole: "b", .float8) as s"
            try await connection.prepare("sum \"x\"", sum.render())
            try await connection.prepare("sum \"x\"", sum.render())
            for number in [1.0, 2.0] {
                let rows = try await connection.execute(prepared: "sum \"x\"", [.float8(number), .float8(10)])
                #expect(try rows[0].decode(Double.self, "s") == number + 10)
            }
            await #expect(
                throws: StatementError.bindMismatch(
                    statement: "sum \"x\"",
                    expected: [.float8, .float8],
                    given: [.float8]
                )
            ) { try await connection.execute(prepared: "sum \"x\"", [.float8(1)]) }
            let product: SQL = "select \(hole: "a", .float8) * \(hole: "b", .float8) as s"
            try await connection.prepare("sum \"x\"", product.render())
            let rows = try await connection.execute(prepared: "sum \"x\"", [.float8(3), .float8(4)])
            #expect(try rows[0].decode(Double.self, "s") == 12)
            try await connection.deallocate(prepared: "sum \"x\"")
            await #expect(throws: StatementError.notPrepared("sum \"x\"")) {
                try await connection.execute(prepared: "sum \"x\"", [.float8(3), .float8(4)])
            }
        }
    }

    @Test("affected rows are counted")
    func affected() async throws {
        try await withFreshConnection { connection in
            try await connection.script("create table t (x int)")
            #expect(try await connection.query("insert into t select generate_series(1, 7)").affectedRows == 7)
            #expect(try await connection.query("update t set x = 0 where x > 5").affectedRows == 2)
            #expect(try await connection.query("delete from t").affectedRows == 7)
            #expect(try await connection.query("create table u ()").affectedRows == 0)
        }
    }

    private func dumped(_ error: PostgresError) -> String {
        var text = ""
        dump(error, to: &text)
        return text
    }
}
