/// A PostgreSQL server installed on this machine.
public struct Installation: Sendable, Equatable {
    /// How it was found.
    public enum Origin: String, Sendable, Equatable {
        case pgConfig = "pg_config --bindir"
        case debian = "Debian's /usr/lib/postgresql"
        case path = "PATH"
    }

    /// The directory of `postgres`, `initdb` and `pg_ctl`.
    public let binDirectory: String
    /// As the server says, for example `15.18 (Debian 15.18-0+deb12u1)`.
    public let version: String
    public let major: Int
    public let origin: Origin

    /// The oldest major version that is used.
    public static let oldestMajor = 14
    /// The programs without which a directory is no installation.
    static let neededTools = ["postgres", "initdb", "pg_ctl"]

    /// The path of one of its programs.
    public func tool(_ name: String) -> String { binDirectory + "/" + name }

    /// The installation to use when none is prescribed.
    ///
    /// - Throws: `serverNotFound` with every place that was looked at.
    public static func find() async throws -> Installation {
        let search = await InstallationSearch.run()
        guard let first = search.installations.first else {
            throw EmbeddedPostgresError.serverNotFound(searched: search.notes.map(\.description))
        }
        return first
    }

    /// Splits the answer of `postgres --version`, `postgres (PostgreSQL) 15.18 (Debian …)`.
    static func parseVersion(_ answer: String) -> (version: String, major: Int)? {
        guard let mark = answer.firstRange(of: "(PostgreSQL) ") else { return nil }
        let version = trimmed(answer[mark.upperBound...])
        guard let major = Int(version.prefix { $0.isASCII && $0.isNumber }) else { return nil }
        return (version, major)
    }
}
