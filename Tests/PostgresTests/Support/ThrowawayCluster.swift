import Dispatch
import Foundation
import Logging
import Postgres
import SQLText
import Synchronization

/// A connection string to an empty database of its own on a cluster that lives as long as this process.
func freshDatabase() async throws -> String {
    let cluster = try await ThrowawayCluster.shared.value
    let name = try Identifier("test_\(UInt64.random(in: 0 ... .max))")
    let administrator = try await Connection.open(
        ConnectionSettings(conninfo: cluster.conninfo(database: "postgres")),
        logger: Logger(label: "test")
    )
    defer { Task { await administrator.close() } }
    try await administrator.script("create database \(name.quoted)")
    return cluster.conninfo(database: name.name)
}

/// A private cluster on a socket in a temporary folder. A shell starts it, waits for the end of this process, however
/// that comes, by reading from a pipe whose other end only we hold, and then removes everything.
struct ThrowawayCluster: Sendable {
    static let shared = Task { try await start() }

    let folder: String
    /// Held for ever: its end is the signal to clean up.
    private let life: FileHandle

    func conninfo(database: String) -> String { "host=\(folder) user=postgres dbname=\(database)" }

    private static let script = """
        set -eu
        trap '' INT TERM HUP PIPE
        bin=$(pg_config --bindir)
        folder=$(mktemp -d /tmp/pgradient-test.XXXXXX)
        as() {
            if [ "$(id -u)" = 0 ]
            then setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
            else "$@"
            fi
        }
        finish() {
            as "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop || true
            cd /
            rm -rf "$folder"
        }
        trap finish EXIT
        cd "$folder"
        if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
        as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale -N >&2
        as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o \
            "-k $folder -c listen_addresses='' -c fsync=off -c max_connections=200" start >&2 </dev/null
        echo "$folder"
        exec >&-
        cat >/dev/null
        """

    private static func start() async throws -> ThrowawayCluster {
        let (life, answer) = (Pipe(), Pipe())
        // No other child may hold our end, or the cluster would outlive us with it.
        _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let shell = Process()
        // A session of its own: Ctrl-C on the tests must not reach the one that cleans up.
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        shell.arguments = ["/bin/sh", "-c", script]
        shell.standardInput = life
        shell.standardOutput = answer
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        let reader = answer.fileHandleForReading
        let line = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: try? reader.readToEnd()) }
        }
        let folder = String(decoding: line ?? Data(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard folder.hasPrefix("/") else { throw NoCluster() }
        return ThrowawayCluster(folder: folder, life: life.fileHandleForWriting)
    }
}

struct NoCluster: Error, CustomStringConvertible {
    let description = "no test cluster could be started: PostgreSQL's server programs must be installed"
}
