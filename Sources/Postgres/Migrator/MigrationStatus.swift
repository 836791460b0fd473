/// How far a database has come.
public struct MigrationStatus: Sendable, Hashable {
    /// A line of the book.
    public struct Entry: Sendable, Hashable {
        public let version: Int
        public let name: String
        /// SHA-256 of the file, in hexadecimal.
        public let checksum: String
        /// Seconds since 1970.
        public let appliedAt: Double
    }

    /// In the order of their numbers.
    public let applied: [Entry]
    /// What `migrate` would apply.
    public let pending: [Migration]

    /// 0 for a database that was never migrated.
    public var version: Int { applied.last?.version ?? 0 }
}
