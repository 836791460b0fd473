import EmbeddedPostgres
import Foundation
import TestSupport

/// A data directory of a test's own, removed with everything in it, its server stopped first.
final class Home: Sendable {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Where a program may put things.
    var path: String { directory.path + "/data" }

    /// The folder that holds `path`.
    var folder: String { directory.path }

    /// What leads a command there.
    var flags: [String] { ["--data-dir", path] }

    /// Whether anything was made.
    var isUntouched: Bool { !FileManager.default.fileExists(atPath: path) }

    /// The process of the private server; nil when it is not running.
    var serverPID: pid_t? {
        guard let text = try? String(contentsOfFile: path + "/postgres/data/postmaster.pid", encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }), kill(pid, 0) == 0
        else { return nil }
        return pid
    }

    /// Runs SQL in the private server.
    func psql(_ sql: String) async throws -> String {
        let ending = try await Program(
            command: [
                "psql", "--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1", "-h", path + "/postgres", "-p", "5432", "-U",
                "pgradient", "-d", "pgradient", "-c", sql,
            ]
        ).finish()
        guard ending.status == .exited(0) else { throw TestServerError(what: "psql: \(ending.error)") }
        return ending.output.trimmingCharacters(in: .newlines)
    }
}

/// A user that is not root, for tests that root runs.
var nobody: ServerUser {
    get throws { try geteuid() == 0 ? ServerUser.resolve() : .current }
}
