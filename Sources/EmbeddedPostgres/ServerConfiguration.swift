import Glibc

/// The whole of a private server's `postgresql.conf` and `pg_hba.conf`.
///
/// Written anew before every start, so that a moved data directory or a new version of ours needs no
/// migration of settings.
package struct ServerConfiguration: Sendable {
    package var settings: [(name: String, value: String)]

    /// The settings that make a server private: one socket, no TCP.
    package init(socketDirectory: String, extra: [(name: String, value: String)] = []) {
        settings =
            [
                ("listen_addresses", ""),
                ("unix_socket_directories", Self.quotedListItem(socketDirectory)),
                ("unix_socket_permissions", "0700"),
                ("port", "5432"),
            ] + extra
    }

    /// For work that matters: durable and slim.
    ///
    /// The process that asks computes too, so one worker less than there are processors keeps all of them busy; one
    /// more only costs switching.
    /// - Parameter processors: of this machine.
    static func durable(
        socketDirectory: String,
        processors: Int = sysconf(CInt(_SC_NPROCESSORS_ONLN))
    ) -> ServerConfiguration {
        ServerConfiguration(
            socketDirectory: socketDirectory,
            extra: [
                ("max_connections", "50"),
                ("shared_buffers", "128MB"),
                ("max_wal_size", "512MB"),
                ("max_parallel_workers_per_gather", "\(max(1, processors - 1))"),
                ("max_parallel_workers", "\(max(1, processors))"),
                ("max_worker_processes", "\(max(8, processors + 4))"),
                // No replica will ever follow, and bulk loads write less log this way.
                ("wal_level", "minimal"),
                ("max_wal_senders", "0"),
                ("max_logical_replication_workers", "0"),
                // The statement of a killed client ends within a second instead of holding its locks.
                ("client_connection_check_interval", "1s"),
                ("log_line_prefix", "%m [%p] "),
                // The user's own schema, pgradient, is for our books: their tables go where they look for them.
                ("search_path", "public"),
                ("log_timezone", "UTC"),
                ("lc_messages", "C"),
            ]
        )
    }

    /// The text of `postgresql.conf`; `localFile`, which must exist, is the user's own and wins.
    func text(localFile: String? = nil) -> String {
        var lines = settings.map { "\($0.name) = \(Self.quoted($0.value))" }
        if let localFile {
            lines.append("include = \(Self.quoted(localFile))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whoever reaches the socket is let in: its directory is the guard (mode 0700).
    static let hostBasedAuthentication = "local all all trust\n"

    /// Quoting of the configuration file: quotes are doubled and backslashes escape (manual, 20.1.2).
    private static func quoted(_ value: String) -> String {
        var text = "'"
        for character in value.unicodeScalars {
            switch character {
            case "'": text += "''"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(character)
            }
        }
        return text + "'"
    }

    /// An item of a comma-separated list setting, in double quotes so that a comma or blank stays part of it.
    private static func quotedListItem(_ item: String) -> String {
        "\"" + item.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
