import Glibc

/// `initdb` and `pg_ctl` on one data directory.
package struct ServerControl: Sendable {
    package let installation: Installation
    package let user: ServerUser
    /// PGDATA.
    package let directory: String
    /// The server's log file.
    package let log: String

    /// The server's `cluster_name`, by which its processes can be told in `ps`. Letters, digits, `-`, `_`.
    package let clusterName: String

    package init(installation: Installation, user: ServerUser, directory: String, log: String, clusterName: String) {
        self.installation = installation
        self.user = user
        self.directory = directory
        self.log = log
        self.clusterName = clusterName
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
            configuration.text(localFile: localFile.flatMap { Files.information($0) == nil ? nil : $0 }),
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

    /// Removes what a dead server left: orphaned backends, the pid file, the socket and its lock file.
    ///
    /// PostgreSQL would mostly do so itself, but it takes a process id that is in use again, or that of a
    /// zombie nobody has reaped (a container without an init), for a running server.
    /// Call it only when the postmaster is known to be dead.
    ///
    /// - Returns: whether there was a pid file.
    @discardableResult
    package func clearRemains(socketDirectory: String) async throws -> Bool {
        try await processes.endOrphans()
        let socket = socketDirectory + "/" + SocketDirectory.socketName
        unlink(socket)
        unlink(socket + ".lock")
        return unlink(PostmasterFile.path(directory)) == 0
    }

    /// Whether the postmaster named in the pid file is alive.
    package var isRunning: Bool {
        PostmasterFile(dataDirectory: directory).map { processes.contains($0.pid) } ?? false
    }

    var processes: ServerProcesses {
        ServerProcesses(dataDirectory: directory, clusterName: clusterName, user: user)
    }

    /// Starts the server and waits until it takes connections.
    package func start(timeoutSeconds: Int = 60) async throws {
        let logged = ServerLog(path: log)
        let before = logged.size
        let (place, names) = shellSafe([directory, log])
        let outcome = try await tool("pg_ctl").run(
            [
                "start", "--pgdata", names[0], "--log", names[1], "--wait", "--timeout", "\(timeoutSeconds)",
                "--silent", "--options", "-c cluster_name=\(clusterName)",
            ],
            workingDirectory: place,
            isGuarded: true
        )
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

    /// `pg_ctl start` puts paths between double quotes into a shell line without escaping what is special
    /// there. Such paths are given relative to the directory that both are in.
    private func shellSafe(_ paths: [String]) -> (workingDirectory: String, names: [String]) {
        let parent = directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)]
        guard paths.contains(where: { $0.contains { "\"$`\\".contains($0) } }),
            paths.allSatisfy({ $0.hasPrefix(parent + "/") })
        else { return ("/", paths) }
        return (String(parent), paths.map { String($0.dropFirst(parent.count + 1)) })
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
