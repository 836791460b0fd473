import SQLText

/// Brings the database's tables to the version the program was built with.
///
/// Which migrations were applied stands in `<schema>.schema_migrations`. Several daemons may start at once: all of it
/// happens under an advisory lock, and each migration commits together with its line in the book. If the daemon dies
/// in between, its lock goes with its session, and the next one finds whole migrations only.
public struct Migrator: Sendable {
    /// The advisory lock: "pgradien" in ASCII. It belongs to the session that takes it, in this database.
    public static let lockNumber: Int64 = 0x7067_7261_6469_656E

    /// In the order of their numbers.
    public let migrations: [Migration]
    let schema: Identifier

    /// - Throws: `MigrationError.duplicate` or `.gap`; `IdentifierError` for the schema.
    public init(migrations: [Migration], schema: String = "pgradient") throws {
        self.migrations = migrations.sorted { $0.version < $1.version }
        self.schema = try Identifier(schema)
        for (index, migration) in self.migrations.enumerated() where migration.version != index + 1 {
            if migration.version <= index { throw MigrationError.duplicate(version: migration.version) }
            throw MigrationError.gap(missing: index + 1)
        }
    }

    /// Applies what is missing.
    /// - Returns: the migrations that were applied now.
    /// - Throws: `MigrationError`; `ConnectionError`. Migrations before the one that failed stay applied.
    @discardableResult
    public nonisolated(nonsending) func migrate(on connection: Connection) async throws -> [Migration] {
        try await lock(connection)
        do {
            let applied = try await migrateLocked(connection)
            await unlock(connection)
            return applied
        } catch {
            await unlock(connection)
            throw error
        }
    }

    /// Compares the database with the program and changes nothing.
    /// - Throws: as `migrate`, if the two don't fit together.
    public nonisolated(nonsending) func status(on connection: Connection) async throws -> MigrationStatus {
        let entries = try await Book(schema).entries(connection)
        let checksums = try await checksums(connection)
        try compare(entries, checksums)
        return MigrationStatus(applied: entries, pending: Array(migrations.dropFirst(entries.count)))
    }

    private nonisolated(nonsending) func migrateLocked(_ connection: Connection) async throws -> [Migration] {
        let book = Book(schema)
        try await book.create(connection)
        let entries = try await book.entries(connection)
        let checksums = try await checksums(connection)
        try compare(entries, checksums)
        var applied: [Migration] = []
        for (migration, checksum) in zip(migrations, checksums).dropFirst(entries.count) {
            try await apply(migration, checksum, connection, book)
            applied.append(migration)
        }
        return applied
    }

    private func compare(_ entries: [MigrationStatus.Entry], _ checksums: [String]) throws(MigrationError) {
        if let newest = entries.last, newest.version > migrations.count {
            throw .databaseNewer(found: newest.version, name: newest.name, known: migrations.count)
        }
        for (index, entry) in entries.enumerated() {
            guard entry.version == index + 1 else { throw .damagedBook(missing: index + 1) }
            guard entry.checksum == checksums[index] else { throw .edited(fileName: migrations[index].fileName) }
        }
    }

    /// Hashed by the server, which has the function and spares us a library.
    private nonisolated(nonsending) func checksums(_ connection: Connection) async throws -> [String] {
        let texts = SQL.bind(.textArray(migrations.map(\.text)))
        return try await connection.query(
            """
            select encode(sha256(convert_to(t.body, 'UTF8')), 'hex') as checksum
            from unnest(\(texts)) with ordinality as t(body, number) order by t.number
            """,
            name: "migration checksums"
        ).decode(String.self, "checksum")
    }

    private nonisolated(nonsending) func apply(
        _ migration: Migration,
        _ checksum: String,
        _ connection: Connection,
        _ book: Book
    ) async throws {
        do {
            try await connection.transaction { connection in
                let before = try await transactionNumber(connection)
                try await connection.script(migration.text, name: migration.fileName)
                guard try await transactionNumber(connection) == before else {
                    throw MigrationError.endsTransaction(fileName: migration.fileName)
                }
                try await book.enter(migration, checksum, connection)
            }
        } catch let error as PostgresError {
            throw MigrationError.failed(
                fileName: migration.fileName,
                line: error.position.map { migration.text.unicodeScalars.prefix($0 - 1).count { $0 == "\n" } + 1 },
                error: error
            )
        }
    }

    private nonisolated(nonsending) func transactionNumber(_ connection: Connection) async throws -> String {
        let rows = try await connection.query("select pg_current_xact_id()::text as number", name: "migration check")
        return try rows[0].decode(String.self, "number")
    }

    private nonisolated(nonsending) func lock(_ connection: Connection) async throws {
        let attempt = try await connection.query(
            "select pg_try_advisory_lock(\(Self.lockNumber)) as taken",
            name: "migration lock"
        )
        if try attempt[0].decode(Bool.self, "taken") { return }
        connection.logger.info("another process is migrating the database; waiting for it")
        try await connection.query("select pg_advisory_lock(\(Self.lockNumber))", name: "migration lock")
    }

    /// A lock that can't be given back goes with the connection.
    private nonisolated(nonsending) func unlock(_ connection: Connection) async {
        let unlocked: Void? = await connection.inOrder("migration unlock") { session, operation in
            guard session.isOpen else { return }
            _ = try session.query("select pg_advisory_unlock($1)", [.int8(Self.lockNumber)], operation)
        }
        if unlocked == nil { await connection.close() }
    }
}
