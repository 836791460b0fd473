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

    /// What HTTP may take of so many descriptors, so that clients can't take those that the rest of the daemon needs. It is not
    /// only their work that would stop: libdispatch looks at its threads in `/proc`, and ends a process in which it can't.
    static func limits(within descriptors: Int, workers: Int) -> Limits {
        var limits = Limits.default
        // The pool, a worker's own connection and the one that cancels its statement, and who listens for news: a socket
        // each, and what wakes its thread.
        let connections = Backend.poolSize(workers: workers) + 2 * workers + 2
        // The log, epoll, timers, the private server's locks, and what libdispatch opens in passing.
        let others = 2 * connections + 32
        limits.refusedConnections = min(limits.refusedConnections, max(1, descriptors / 16))
        limits.connections = min(limits.connections, max(1, descriptors - others - limits.refusedConnections))
        return limits
    }
}
