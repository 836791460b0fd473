import Glibc

/// Makes the cluster so that it is either there and whole, or not there.
///
/// If we die in here: everything happens in a sibling directory that becomes PGDATA by one rename. What a
/// death leaves behind is a `data.new-…` that the next maker, holding the control lock, removes.
struct ClusterMaker: Sendable {
    let layout: ClusterLayout
    let installation: Installation
    let user: ServerUser

    /// Makes PGDATA with role and database `pgradient`.
    func make() async throws {
        try await removeLeftovers()
        // A directory that something emptied is no cluster and no loss.
        rmdir(layout.data)
        guard Files.information(layout.data) == nil else {
            throw EmbeddedPostgresError.notACluster(directory: layout.data)
        }
        let unfinished = try Files.makeUniqueDirectory(prefix: layout.unfinished, owner: user)
        do {
            let control = ServerControl(
                installation: installation,
                user: user,
                directory: unfinished,
                log: layout.log,
                clusterName: layout.clusterName
            )
            try await control.initialize()
            try await control.runSingleUser("CREATE DATABASE \(ServerControl.superuser)")
            guard rename(unfinished, layout.data) == 0 else {
                throw EmbeddedPostgresError.lastSystemError("rename", unfinished)
            }
            try syncDirectory(layout.root)
        } catch {
            try await removeLeftovers()
            throw error
        }
    }

    private func removeLeftovers() async throws {
        let names = directoryEntries(layout.root).filter { $0.hasPrefix(ClusterLayout.unfinishedPrefix) }
        guard !names.isEmpty else { return }
        // As the server's user: root must not delete through links that somebody else could have laid.
        let outcome = try await Tool(path: "/bin/rm", user: user).run(
            ["-rf", "--"] + names.map { layout.root + "/" + $0 }
        )
        guard outcome.succeeded else {
            throw EmbeddedPostgresError.initializationFailed(directory: layout.root, output: outcome.output)
        }
    }

    /// Makes the rename last through a power failure.
    private func syncDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw EmbeddedPostgresError.lastSystemError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw EmbeddedPostgresError.lastSystemError("fsync", path) }
    }
}
