import Glibc

/// Chooses where the server's socket goes.
///
/// A socket's path has at most 107 bytes (`sun_path` of `unix(7)`, less the final NUL), and libpq reads a
/// comma in `host` as the end of a name. So a long data directory, or one with a comma, keeps its
/// socket elsewhere: in `$XDG_RUNTIME_DIR`, or in `/tmp` under a name made of uid and fingerprint.
enum SocketDirectory {
    static let longestSocketPath = 107
    static let port = "5432"
    static let socketName = ".s.PGSQL." + port

    /// The directory, existing and safe, for this cluster.
    static func make(
        layout: ClusterLayout,
        user: ServerUser,
        runtimeDirectory: String? = environmentVariable("XDG_RUNTIME_DIR"),
        temporaryDirectory: String = "/tmp"
    ) throws -> String {
        if fits(layout.root) { return layout.root }
        // Another user's server cannot enter our runtime directory.
        if let runtimeDirectory, !user.needsSwitch, let info = Files.information(runtimeDirectory),
            info.st_mode & S_IFMT == S_IFDIR, info.st_uid == user.uid
        {
            let path = "\(runtimeDirectory)/pgradient-\(layout.fingerprint)"
            if fits(path) { return try makeSafely(path, user) }
        }
        return try makeSafely("\(temporaryDirectory)/pgradient-\(user.uid)-\(layout.fingerprint)", user)
    }

    static func fits(_ directory: String) -> Bool {
        directory.utf8.count + 1 + socketName.utf8.count <= longestSocketPath && !directory.contains(",")
    }

    /// Whoever controls the directory controls what our clients talk to: it must be ours alone.
    private static func makeSafely(_ path: String, _ user: ServerUser) throws -> String {
        if Files.information(path) == nil {
            try Files.makePrivateDirectory(path, owner: user)
        }
        func unsafe(_ reason: String) -> EmbeddedPostgresError {
            .socketDirectoryUnsafe(path: path, reason: reason)
        }
        guard let info = Files.information(path) else { throw unsafe("it has just been removed") }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw unsafe("it is not a directory") }
        guard info.st_uid == user.uid else { throw unsafe("it belongs to uid \(info.st_uid), not \(user.uid)") }
        guard info.st_mode & 0o077 == 0 else {
            throw unsafe("others may enter it (mode \(String(info.st_mode & 0o777, radix: 8)))")
        }
        return path
    }
}
