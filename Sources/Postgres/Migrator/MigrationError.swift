/// Why the database's tables were not brought up to date. Nothing was changed by the step that failed.
public enum MigrationError: Error, Sendable, Equatable {
    /// A file of the program can't be a migration.
    case badFile(String, reason: String)
    /// Two files of the program have the same number.
    case duplicate(version: Int)
    /// The program's files do not count 1, 2, 3, …
    case gap(missing: Int)
    /// A file was changed after it had been applied.
    case edited(fileName: String)
    /// The database has seen a newer program.
    case databaseNewer(found: Int, name: String, known: Int)
    /// The database's own list has a hole.
    case damagedBook(missing: Int)
    /// The user may not create what is needed; `grant` mends it.
    case missingPrivilege(what: String, grant: String)
    /// A statement of the file failed.
    case failed(fileName: String, line: Int?, error: PostgresError)
    /// The file has COMMIT or ROLLBACK in it.
    case endsTransaction(fileName: String)
}

extension MigrationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badFile(let file, let reason): "the migration \(file) can't be used: \(reason)"
        case .duplicate(let version): "there are two migrations with the number \(version): renumber the newer one"
        case .gap(let version): "the migration with the number \(version) is missing: they count from 1 without a gap"
        case .edited(let file):
            "the migration \(file) was changed after it had been applied to this database: restore the file, and put "
                + "the change into a new migration"
        case .databaseNewer(let found, let name, let known):
            "the database is at version \(found) (\(name)) and this program knows versions up to \(known): use a "
                + "newer pgradient"
        case .damagedBook(let version):
            "the database's list of migrations lacks number \(version), though later ones are there: restore the "
                + "row in schema_migrations or use a fresh database"
        case .missingPrivilege(let what, let grant):
            "the database user may not \(what). Let an administrator run: \(grant);"
        case .failed(let file, let line, let error):
            "the migration \(file) failed\(line.map { " at line \($0)" } ?? ""), and nothing of it was kept: \(error)"
        case .endsTransaction(let file):
            "the migration \(file) ends its own transaction: remove COMMIT or ROLLBACK from it"
        }
    }
}
