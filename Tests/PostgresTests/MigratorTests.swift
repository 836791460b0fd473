import Postgres
import SQLText
import TestSupport
import Testing

@Suite("the migrator")
struct MigratorTests {
    private let first = Migration(version: 1, name: "runs", text: "create table pgradient.runs (id int);\n")
    private let second = Migration(
        version: 2,
        name: "more",
        text: "alter table pgradient.runs add name text;\ninsert into pgradient.runs values (1, 'ü');\n"
    )

    @Test("file names and contents")
    func files() throws {
        let migration = try Migration(fileName: "V0012__add_runs.sql", bytes: Array("select 1;".utf8))
        #expect(migration == Migration(version: 12, name: "add_runs", text: "select 1;"))
        #expect(migration.fileName == "V0012__add_runs.sql")
        for name in [
            "1__x.sql", "V__x.sql", "V0__x.sql", "V1_x.sql", "V1__x.txt", "V1__.sql", "V-1__x.sql", "V١__x.sql",
        ] {
            #expect(throws: MigrationError.self) { try Migration(fileName: name, bytes: []) }
        }
        #expect(throws: MigrationError.badFile("V1__x.sql", reason: "it is not UTF-8")) {
            try Migration(fileName: "V1__x.sql", bytes: [0xFF])
        }
    }

    @Test("gaps and duplicates in the program's list are refused")
    func list() throws {
        let third = Migration(version: 3, name: "x", text: "")
        #expect(try Migrator(migrations: [second, first]).migrations == [first, second])
        #expect(throws: MigrationError.gap(missing: 2)) { try Migrator(migrations: [first, third]) }
        #expect(throws: MigrationError.gap(missing: 1)) { try Migrator(migrations: [second]) }
        #expect(throws: MigrationError.duplicate(version: 2)) {
            try Migrator(migrations: [first, second, Migration(version: 2, name: "y", text: "")])
        }
    }

    @Test("from empty, again, and with one more")
    func apply() async throws {
        try await withFreshConnection { connection in
            let migrator = try Migrator(migrations: [first])
            let before = try await migrator.status(on: connection)
            #expect(before.version == 0)
            #expect(before.pending == [first])
            #expect(try await migrator.migrate(on: connection) == [first])
            #expect(try await migrator.migrate(on: connection) == [])
            let more = try Migrator(migrations: [first, second])
            #expect(try await more.status(on: connection).pending == [second])
            #expect(try await more.migrate(on: connection) == [second])
            let after = try await more.status(on: connection)
            #expect(after.version == 2)
            #expect(after.pending == [])
            #expect(after.applied.map(\.name) == ["runs", "more"])
            let age = try await value(Double.self, "select now()", on: connection) - after.applied[1].appliedAt
            #expect((0..<60).contains(age))
            let checksum = try await value(
                String.self,
                "select encode(sha256(\(SQLValue.bytea(Array(second.text.utf8)))), 'hex')",
                on: connection
            )
            #expect(after.applied[1].checksum == checksum)
            let uncommented = try await value(
                Int.self,
                """
                select count(*) from pg_attribute where attrelid = 'pgradient.schema_migrations'::regclass
                    and attnum > 0 and col_description(attrelid, attnum) is null
                """,
                on: connection
            )
            #expect(uncommented == 0)
        }
    }

    @Test("an edited file and a newer database are refused by name")
    func refused() async throws {
        try await withFreshConnection { connection in
            try await Migrator(migrations: [first, second]).migrate(on: connection)
            let edited = Migration(version: 2, name: "more", text: second.text + " ")
            let error = await #expect(throws: MigrationError.edited(fileName: "V0002__more.sql")) {
                try await Migrator(migrations: [first, edited]).migrate(on: connection)
            }
            #expect(error?.description.contains("restore the file") == true)
            let newer = MigrationError.databaseNewer(found: 2, name: "more", known: 1)
            await #expect(throws: newer) { try await Migrator(migrations: [first]).migrate(on: connection) }
            await #expect(throws: newer) { try await Migrator(migrations: [first]).status(on: connection) }
            #expect("\(newer)".contains("use a newer pgradient"))
            try await connection.query("delete from pgradient.schema_migrations where version = 1")
            await #expect(throws: MigrationError.damagedBook(missing: 1)) {
                try await Migrator(migrations: [first, second]).migrate(on: connection)
            }
        }
    }

    @Test("a migration that fails leaves nothing and names its line; those before it stay")
    func failing() async throws {
        try await withFreshConnection { connection in
            let bad = Migration(
                version: 2,
                name: "bad",
                text: "-- ünïcode\ncreate table pgradient.half (x int);\ncreate tabel pgradient.rest (x int);\n"
            )
            let later = Migration(
                version: 2,
                name: "later",
                text: "create table pgradient.half (x int);\nselect 1 / 0;\n"
            )
            for (migration, line, state) in [(bad, 3, "42601"), (later, nil, "22012")] as [(Migration, Int?, String)] {
                let error = await #expect(throws: MigrationError.self) {
                    try await Migrator(migrations: [first, migration]).migrate(on: connection)
                }
                guard case .failed(let file, let at, let cause) = error else { throw try #require(error) }
                #expect(file == migration.fileName)
                #expect(cause.sqlState == state)
                #expect(at == line)
                let half = try await value(Bool.self, "select to_regclass('pgradient.half') is null", on: connection)
                #expect(half)
                #expect(try await Migrator(migrations: [first]).status(on: connection).version == 1)
                let locks: SQL = """
                    select count(*) from pg_locks l join pg_database d on d.oid = l.database
                    where l.locktype = 'advisory' and d.datname = current_database()
                    """
                let held = try await value(Int.self, locks, on: connection)
                #expect(held == 0)
            }
        }
    }

    @Test("a migration that commits by itself is refused", arguments: ["commit", "commit; begin"])
    func commits(text: String) async throws {
        try await withFreshConnection { connection in
            let migration = Migration(version: 1, name: "x", text: text)
            await #expect(throws: MigrationError.endsTransaction(fileName: "V0001__x.sql")) {
                try await Migrator(migrations: [migration]).migrate(on: connection)
            }
            let status = try await Migrator(migrations: []).status(on: connection)
            #expect(status.version == 0)
        }
    }

    @Test("daemons that start at once apply each migration once")
    func concurrent() async throws {
        let conninfo = try await freshDatabase()
        // Each has to be seen by the other: a migration that ran twice would fail.
        let slow = Migration(version: 3, name: "slow", text: "create table pgradient.x (); select pg_sleep(0.2);")
        let migrator = try Migrator(migrations: [first, second, slow])
        let applied = try await withThrowingTaskGroup(of: [Migration].self) { group in
            for _ in 0..<6 {
                group.addTask { try await withConnection(conninfo) { try await migrator.migrate(on: $0) } }
            }
            var all: [Migration] = []
            for try await migrations in group { all += migrations }
            return all
        }
        #expect(applied == [first, second, slow])
    }

    @Test("a cancelled migration gives its lock back and leaves nothing")
    func cancelled() async throws {
        let conninfo = try await freshDatabase()
        let sleepy = Migration(version: 1, name: "sleepy", text: "create table pgradient.x (); select pg_sleep(600);")
        try await withConnection(conninfo) { connection in
            try await withConnection(conninfo) { observer in
                let migrator = try Migrator(migrations: [sleepy])
                let task = Task { try await migrator.migrate(on: connection) }
                try await waitUntil("it never slept") {
                    let sql: SQL = "select exists (select from pg_stat_activity where wait_event = 'PgSleep') as yes"
                    return try await value(Bool.self, sql, on: observer)
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                try await Migrator(migrations: [first]).migrate(on: observer)
                let missing = try await value(Bool.self, "select to_regclass('pgradient.x') is null", on: connection)
                #expect(missing)
            }
        }
    }

    @Test("without the privilege: which one and how to give it")
    func privilege() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { administrator in
            let role = try Identifier("weak \(UInt32.random(in: 0 ... .max))")
            let database = try await value(String.self, "select current_database()::text", on: administrator)
            try await administrator.script("create role \(role.quoted) login")
            try await withConnection(conninfo + " user='\(role.name)'") { connection in
                let grant = "grant create on database \(database) to \(role.quoted)"
                let error = await #expect(
                    throws: MigrationError.missingPrivilege(what: "create a schema in the database", grant: grant)
                ) { try await Migrator(migrations: [first]).migrate(on: connection) }
                #expect(error?.description.contains("Let an administrator run: \(grant);") == true)
                // With what the message says, it works.
                try await administrator.script(grant)
                try await Migrator(migrations: [first]).migrate(on: connection)
            }
            try await administrator.script("drop owned by \(role.quoted) cascade; create schema pgradient")
            try await withConnection(conninfo + " user='\(role.name)'") { connection in
                let error = await #expect(throws: MigrationError.self) {
                    try await Migrator(migrations: [first]).migrate(on: connection)
                }
                guard case .missingPrivilege(_, let grant) = error else { throw try #require(error) }
                try await administrator.script(grant)
                try await Migrator(migrations: [first]).migrate(on: connection)
            }
            try await administrator.script("drop owned by \(role.quoted) cascade; drop role \(role.quoted)")
        }
    }
}
