import Glibc

/// The directory that holds everything pgradient keeps on this machine.
public enum DataDirectory {
    /// Where data lives unless told otherwise: `/var/lib/pgradient` as root, else the XDG data home.
    ///
    /// A relative `$XDG_DATA_HOME` is ignored, as the XDG base directory specification asks.
    public static var defaultPath: String { defaultPath(user: .current, variable: environmentVariable) }

    static func defaultPath(user: ServerUser, variable: (String) -> String?) -> String {
        guard user.uid != 0 else { return "/var/lib/pgradient" }
        if let dataHome = variable("XDG_DATA_HOME"), dataHome.hasPrefix("/") {
            return dataHome + "/pgradient"
        }
        return (variable("HOME") ?? user.home) + "/.local/share/pgradient"
    }

    /// Makes the directory (and those above it) where missing, and returns its path free of links.
    ///
    /// As root it is made passable for others, since the server runs as another user; what is private
    /// is below it, in ``ClusterLayout``.
    static func make(_ path: String) throws -> String {
        var built = path.hasPrefix("/") ? "" : "."
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            built += "/" + part
            let isLast = index == parts.count - 1
            if mkdir(built, geteuid() == 0 || !isLast ? 0o755 : 0o700) == 0 { continue }
            let code = errno
            // Read-only and unsearchable parents answer EROFS or EACCES for a directory that is there.
            if access(built, F_OK) != 0 { throw notWritable(path, code) }
        }
        guard let resolved = Files.resolve(path) else { throw notWritable(path, errno) }
        return resolved
    }

    static func notWritable(_ path: String, _ code: CInt) -> EmbeddedPostgresError {
        .dataDirectoryNotWritable(path: path, uid: geteuid(), reason: errnoText(code))
    }
}
