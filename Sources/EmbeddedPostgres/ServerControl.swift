/// `initdb` and `pg_ctl` on one data directory.
package struct ServerControl: Sendable {
    package let installation: Installation
    package let user: ServerUser
    /// PGDATA.
    package let directory: String
    /// The server's log file.
    package let log: String

    package init(installation: Installation, user: ServerUser, directory: String, log: String) {
        self.installation = installation
        self.user = user
        self.directory = directory
        self.log = log
    }

    /// The role that owns everything, and the database of the same name.
    package static let superuser = "pgradient"

    package enum StopMode: String, Sendable {
        /// Ends sessions, writes a checkpoint.
        case fast
        /// Ends at once; the next start recovers from the log.
        case immediate
    }

    /// Fills the directory (which may exist, empty) with a new cluster.
    package func initialize(extraArguments: [String] = []) async throws {
        guard user.hasName else { throw EmbeddedPostgresError.userWithoutName(uid: user.uid) }
        let outcome = try await tool("initdb").run(
            [
                "--pgdata", directory, "--encoding", "UTF8", "--locale", "C", "--username", Self.superuser,
                "--auth", "trust", "--no-instructions",
            ] + extraArguments
        )
        guard outcome.succeeded else {
            throw EmbeddedPostgresError.initializationFailed(directory: directory, output: outcome.output)
        }
    }

    /// Writes the configuration that the next start reads.
    package func configure(_ configuration: ServerConfiguration, localFile: String? = nil) throws {
        try Files.write(
            configuration.text(localFile: localFile),
            to: directory + "/postgresql.conf",
            owner: user
        )
        try Files.write(
            ServerConfiguration.hostBasedAuthentication,
            to: directory + "/pg_hba.conf",
            owner: user
        )
    }

    /// Runs one statement without a server (manual, `postgres --single`): the directory must not be in use.
    package func runSingleUser(_ statement: String) async throws {
        let outcome = try await tool("postgres").run(
            ["--single", "-j", "-D", directory, "postgres"],
            input: statement + ";\n\n"
        )
        // Single-user mode ends with 0 even when a statement failed.
        guard outcome.succeeded, !outcome.output.contains("ERROR:"), !outcome.output.contains("FATAL:") else {
            throw EmbeddedPostgresError.initializationFailed(directory: directory, output: outcome.output)
        }
    }

    /// Starts the server and waits until it takes connections.
    package func start(timeoutSeconds: Int = 60) async throws {
        let logged = ServerLog(path: log)
        let before = logged.size
        let outcome = try await tool("pg_ctl").run([
            "start", "--pgdata", directory, "--wait", "--timeout", "\(timeoutSeconds)", "--silent", "--log", log,
        ])
        guard outcome.succeeded else {
            let tail = logged.tail(from: before)
            throw EmbeddedPostgresError.startFailed(
                directory: directory,
                cause: StartFailure(log: tail, toolOutput: outcome.output),
                log: log,
                tail: tail.isEmpty ? outcome.output : tail
            )
        }
    }

    /// Stops the server and waits for its end; without a server nothing happens.
    package func stop(_ mode: StopMode, timeoutSeconds: Int = 60) async throws {
        guard Files.information(directory + "/postmaster.pid") != nil else { return }
        let outcome = try await tool("pg_ctl").run([
            "stop", "--pgdata", directory, "--mode", mode.rawValue, "--wait", "--timeout", "\(timeoutSeconds)",
            "--silent",
        ])
        // pg_ctl fails when the server ended by itself in between, which is what was wanted.
        guard outcome.succeeded || Files.information(directory + "/postmaster.pid") == nil else {
            throw EmbeddedPostgresError.stopFailed(directory: directory, output: outcome.output)
        }
    }

    private func tool(_ name: String) -> Tool { Tool(path: installation.tool(name), user: user) }
}
