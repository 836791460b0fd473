/// What can go wrong around the private cluster: what, where, and what to do next.
public enum EmbeddedPostgresError: Error, Sendable, Equatable {
    /// No usable PostgreSQL server on this machine; `searched` says where we looked and what was there.
    case serverNotFound(searched: [String])
    /// Started by root, and the user that should run the server does not exist.
    case unknownUser(name: String)
    /// PostgreSQL refuses to run as root, and root was asked for.
    case userIsRoot(name: String)
    /// Another user was asked for, but only root may switch users.
    case cannotSwitchUser(requested: String, uid: UInt32)
    /// `initdb` needs a name for the user it runs as, and this uid has none.
    case userWithoutName(uid: UInt32)
    /// The data directory cannot be made or written.
    case dataDirectoryNotWritable(path: String, uid: UInt32, reason: String)
    /// The server's user cannot enter a directory on the way to its files.
    case directoryNotReachable(path: String, blockedAt: String, user: String)
    /// The cluster is another user's.
    case foreignOwner(path: String, owner: UInt32, uid: UInt32)
    /// Something other than a cluster stands where the cluster should be.
    case notACluster(directory: String)
    /// The cluster was made by a major version that is not installed here.
    case majorVersionMismatch(directory: String, clusterMajor: Int, installed: [String])
    /// A directory for the socket exists already and is not safely ours.
    case socketDirectoryUnsafe(path: String, reason: String)
    /// `initdb`, or the making of the database, failed; nothing was left behind.
    case initializationFailed(directory: String, output: String)
    /// The server did not come up.
    case startFailed(directory: String, cause: StartFailure, log: String, tail: String)
    /// The server would not stop.
    case stopFailed(directory: String, output: String)
    /// Somebody else has been starting or stopping the cluster for too long.
    case lockTimeout(path: String, holder: String?, seconds: Int)
    /// A program could not be run at all.
    case toolNotRunnable(path: String, reason: String)
    /// A system call failed.
    case system(call: String, path: String, reason: String)
}

extension EmbeddedPostgresError {
    /// A stable name for programs: it never changes once published.
    public var code: String {
        switch self {
        case .serverNotFound: "postgres_not_found"
        case .unknownUser: "server_user_unknown"
        case .userIsRoot: "server_user_is_root"
        case .cannotSwitchUser: "server_user_not_allowed"
        case .userWithoutName: "server_user_without_name"
        case .dataDirectoryNotWritable: "data_dir_not_writable"
        case .directoryNotReachable: "data_dir_not_reachable"
        case .foreignOwner: "data_dir_foreign_owner"
        case .notACluster: "not_a_cluster"
        case .majorVersionMismatch: "postgres_version_mismatch"
        case .socketDirectoryUnsafe: "socket_dir_unsafe"
        case .initializationFailed: "initdb_failed"
        case .startFailed(_, let cause, _, _): "postgres_start_" + cause.rawValue
        case .stopFailed: "postgres_stop_failed"
        case .lockTimeout: "cluster_lock_timeout"
        case .toolNotRunnable: "program_not_runnable"
        case .system: "system_error"
        }
    }
}

extension EmbeddedPostgresError: CustomStringConvertible {
    /// One or a few sentences for people; the last one says what to do.
    public var description: String {
        switch self {
        case .serverNotFound(let searched):
            let places = searched.map { "\n  " + $0 }.joined()
            return "no PostgreSQL server (\(Installation.oldestMajor) or newer) was found on this machine:\(places)\n"
                + "Install one with: apt-get install postgresql  (or name a running server with --database-url)"
        case .unknownUser(let name):
            return "PostgreSQL refuses to run as root, and there is no user \"\(name)\" to run it as. "
                + "Install Debian's postgresql package, which creates \"\(ServerUser.defaultName)\", or name another user"
        case .userIsRoot(let name):
            return "PostgreSQL refuses to run as root, and \"\(name)\" is root. Name an unprivileged user"
        case .cannotSwitchUser(let requested, let uid):
            return "only root may run the server as another user: this is uid \(uid), asked for was \"\(requested)\". "
                + "Leave the user out, or start pgradient as root"
        case .userWithoutName(let uid):
            return "uid \(uid) has no entry in the password database, and initdb needs one. "
                + "Add the user to /etc/passwd, or use a server of your own with --database-url"
        case .dataDirectoryNotWritable(let path, let uid, let reason):
            return "the data directory \(path) cannot be written by uid \(uid): \(reason). "
                + "Choose another one with --data-dir, or change its permissions"
        case .directoryNotReachable(let path, let blockedAt, let user):
            return "the server runs as user \"\(user)\", which may not enter \(blockedAt) on the way to \(path). "
                + "Choose another directory with --data-dir, or let that user pass"
        case .foreignOwner(let path, let owner, let uid):
            return "the cluster in \(path) belongs to uid \(owner), but this is uid \(uid). "
                + "Run pgradient as that user, or choose another directory with --data-dir"
        case .notACluster(let directory):
            return "\(directory) is not empty and is no PostgreSQL cluster (it has no PG_VERSION). "
                + "Move it away, or choose another directory with --data-dir"
        case .majorVersionMismatch(let directory, let clusterMajor, let installed):
            return "the cluster in \(directory) was made by PostgreSQL \(clusterMajor), but installed here is "
                + "\(installed.joined(separator: ", ")). Install it with: apt-get install postgresql-\(clusterMajor), "
                + "upgrade the cluster with pg_upgrade, or choose another --data-dir"
        case .socketDirectoryUnsafe(let path, let reason):
            return "the socket directory \(path) cannot be trusted: \(reason). Remove it, or choose another --data-dir"
        case .initializationFailed(let directory, let output):
            return "a new PostgreSQL cluster could not be made in \(directory); nothing was left there. "
                + "What initdb said:\n\(output)"
        case .startFailed(let directory, let cause, let log, let tail):
            return "the PostgreSQL server in \(directory) did not start\(cause.explanation). "
                + "The end of \(log):\n\(tail)"
        case .stopFailed(let directory, let output):
            return "the PostgreSQL server in \(directory) did not stop: \(output)"
        case .lockTimeout(let path, let holder, let seconds):
            return "another pgradient process\(holder.map { " (pid \($0))" } ?? "") has been starting or stopping the "
                + "cluster for \(seconds) seconds and holds \(path). Wait for it, or end that process"
        case .toolNotRunnable(let path, let reason):
            return "\(path) could not be run: \(reason)"
        case .system(let call, let path, let reason):
            return "\(call) on \(path): \(reason)"
        }
    }
}
