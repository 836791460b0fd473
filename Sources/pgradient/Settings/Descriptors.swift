import Glibc

/// How many files and sockets the process may have open.
enum Descriptors {
    /// The server's cap on connections, and room for the database and the log.
    private static let wanted: rlim_t = 2048

    /// Raises the soft limit as far as the hard one allows: many systems start programs with 1,024, which is what the
    /// HTTP server alone may come to need.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else {
            return
        }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
