import EmbeddedPostgres
import Glibc

/// A directory in `/tmp` that is removed when the object goes or the test process ends, however it ends;
/// PostgreSQL servers that were started in it are stopped first.
public final class TemporaryDirectory: Sendable {
    public let path: String
    private let reaper: Reaper

    /// - Parameters:
    ///   - mode: the permissions; by default others may pass, so that a server's user can reach its files.
    ///   - owner: another user than ourselves, as root only.
    public init(mode: mode_t = 0o755, owner: ServerUser = .current) throws {
        path = try Files.makeUniqueDirectory(prefix: "/tmp/pgradient-test-", owner: owner)
        reaper = try Reaper(directory: path)
        guard chmod(path, mode) == 0 else { throw TestServerError(what: "chmod \(path): errno \(errno)") }
    }

    deinit { reaper.reap() }
}
