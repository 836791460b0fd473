// A second user of a private cluster, for tests that need another process: takes a lease, says so on
// standard output in one line, and gives it back at the end of standard input.

import EmbeddedPostgres
import Glibc
import Logging

/// Writes a line at once: through a pipe `print` would keep it.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    write(STDOUT_FILENO, bytes, bytes.count)
}

do {
    let lease = try await EmbeddedCluster.acquire(
        dataDirectory: CommandLine.arguments[1],
        logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
    )
    say("leased \(lease.conninfo)")
    while readLine() != nil {}
    await lease.release()
    say("released")
} catch let error as EmbeddedPostgresError {
    say("error \(error.code) \(error)")
    exit(1)
}
