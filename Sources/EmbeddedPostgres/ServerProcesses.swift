import Glibc

/// Finds and ends the server processes of one cluster by what `/proc` says, never by name alone.
///
/// A process is the cluster's when it is called `postgres` and its working directory is PGDATA: every server
/// process goes there first thing. In a container without `CAP_SYS_PTRACE` root may not read the
/// working directory of another user's process; there the command line, which carries our
/// `cluster_name`, decides.
struct ServerProcesses: Sendable {
    let dataDirectory: String
    let clusterName: String
    let user: ServerUser

    /// Whether this process is alive and one of the cluster's.
    func contains(_ pid: Int32) -> Bool {
        let entry = "/proc/\(pid)"
        var info = stat()
        guard stat(entry, &info) == 0, info.st_uid == user.uid,
            trimmed(Files.read(entry + "/comm") ?? "") == "postgres"
        else { return false }
        if let workingDirectory = Files.resolve(entry + "/cwd") { return workingDirectory == dataDirectory }
        guard errno == EACCES || errno == EPERM else { return false }
        let words = (Files.read(entry + "/cmdline") ?? "").split(separator: "\0")
        return words.contains { $0 == "cluster_name=\(clusterName)" }
            || words.first?.hasPrefix("postgres: \(clusterName):") == true
    }

    /// The cluster's processes, in no order.
    func all() -> [Int32] {
        directoryEntries("/proc").compactMap { Int32($0) }.filter(contains)
    }

    /// Ends every process that a dead postmaster left behind.
    ///
    /// A backend in the midst of a long statement does not notice that its postmaster is gone, and while
    /// it lives a new server refuses to start ("pre-existing shared memory block is still in use").
    /// SIGQUIT is the server's own way to end at once; what is still there after `patience` gets SIGKILL.
    func endOrphans(patience: Duration = .seconds(10), clock: some Clock<Duration> = ContinuousClock()) async throws {
        for signal in [SIGQUIT, SIGKILL] {
            var rest = all()
            for pid in rest { kill(pid, signal) }
            // They are not our children, so the kernel tells us of their end only when asked.
            let deadline = clock.now.advanced(by: patience)
            while !rest.isEmpty, clock.now < deadline {
                try await clock.sleep(for: .milliseconds(20))
                rest = rest.filter(contains)
            }
            if rest.isEmpty { return }
        }
    }
}
