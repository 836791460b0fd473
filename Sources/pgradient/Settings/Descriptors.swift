import Glibc
import HTTPServer

/// How many files and sockets the process may have open.
enum Descriptors {
    /// The server's cap on connections, and room for the database and the log.
    private static let wanted: rlim_t = 2048

    /// Raises the soft limit as far as the hard one allows: many systems start programs with 1,024, which is what the
    /// HTTP server alone may come to need.
    /// - Returns: how many it may have open now.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return Int(wanted) }
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            setrlimit(resource, &limit)
            getrlimit(resource, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// What HTTP may take of so many descriptors, so that clients can't take those that the database and the log need.
    static func limits(within descriptors: Int) -> Limits {
        var limits = Limits.default
        // The pool, the workers' connections, those that listen for news, the private server's locks, the log.
        let others = min(192, descriptors / 2)
        limits.refusedConnections = min(limits.refusedConnections, max(1, descriptors / 16))
        limits.connections = min(limits.connections, max(1, descriptors - others - limits.refusedConnections))
        return limits
    }
}
