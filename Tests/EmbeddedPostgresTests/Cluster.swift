import Glibc
import Logging
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// One private cluster in a temporary data directory, with what the tests ask about it.
final class Cluster: Sendable {
    let temporary: TemporaryDirectory
    let dataDirectory: String

    init(name: String = "data") throws {
        temporary = try TemporaryDirectory()
        dataDirectory = temporary.path + "/" + name
    }

    var layout: ClusterLayout { ClusterLayout(dataDirectory: dataDirectory) }

    func acquire() async throws -> EmbeddedCluster.Lease {
        try await EmbeddedCluster.acquire(dataDirectory: dataDirectory, logger: quiet)
    }

    /// The pid of the running server, nil when none runs.
    var serverPID: pid_t? {
        guard let file = PostmasterFile(dataDirectory: layout.data), kill(file.pid, 0) == 0 else { return nil }
        return file.pid
    }
}

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension EmbeddedCluster.Lease {
    /// Runs SQL through the very line that users are told.
    @discardableResult
    func psql(_ sql: String) async throws -> String {
        let command = "\(psqlCommand) --no-psqlrc -At -q -v ON_ERROR_STOP=1 -c \(ServerAddress.shellQuoted(sql))"
        let outcome = try await Tool(path: "/bin/sh", user: .current).run(["-c", command])
        try #require(outcome.succeeded, "\(outcome.output)")
        return outcome.output
    }
}

/// A user without privileges to run servers as: `nobody` when the tests are root's, else ourselves.
func unprivilegedUser() throws -> ServerUser {
    geteuid() == 0 ? try ServerUser.resolve(requested: "nobody") : .current
}

/// Waits for something another process does, which gives us no signal.
func eventually(within limit: Duration = .seconds(30), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "it did not happen within \(limit)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
