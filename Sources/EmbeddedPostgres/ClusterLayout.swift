/// Where the private cluster's files are.
///
/// ```
/// <data directory>/postgres/        the server user's, mode 0700; also holds the socket if its path is short
///     data/                         PGDATA
///     data.new-XXXXXX/              a cluster in the making; left over only by a killed initdb
///     server.log  server.log.1
///     postgresql.local.conf         settings of the user's own, read last; never written by us
///     control.lock                  held exclusively while the server is made, started or stopped
///     users.lock                    held shared by everyone who uses the server
/// ```
struct ClusterLayout: Sendable, Equatable {
    /// `<data directory>/postgres`, absolute.
    let root: String

    var data: String { root + "/data" }
    static let unfinishedPrefix = "data.new-"
    var unfinished: String { root + "/" + Self.unfinishedPrefix }
    var log: String { root + "/server.log" }
    var localConfiguration: String { root + "/postgresql.local.conf" }
    var controlLock: String { root + "/control.lock" }
    var usersLock: String { root + "/users.lock" }

    init(dataDirectory: String) { root = dataDirectory + "/postgres" }

    /// Names this cluster among others on the machine, in process titles and in short socket directories.
    var fingerprint: String {
        // FNV-1a, 64 bit: stable between processes and versions, unlike `Hasher`.
        let hash = root.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The server's `cluster_name`.
    var clusterName: String { "pgradient-" + fingerprint.prefix(8) }
}
