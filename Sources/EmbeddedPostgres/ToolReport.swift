import Glibc

/// What `pgradient doctor` says about the private server: found, missing, and how to get it.
///
/// Gathering makes, starts and changes nothing.
public struct ToolReport: Sendable, Equatable {
    public enum Standing: String, Sendable {
        /// As it should be.
        case ok
        /// Worth knowing; works all the same.
        case note
        /// The private server cannot work like this.
        case problem
    }

    public struct Line: Sendable, Equatable {
        /// A short name, for example `data directory`.
        public let name: String
        public let standing: Standing
        public let text: String
        /// What to do about it, where there is something to do.
        public let remedy: String?
    }

    public private(set) var lines: [Line] = []

    /// Whether nothing stands in the way of a private server.
    public var isHealthy: Bool { lines.allSatisfy { $0.standing != .problem } }

    /// Looks at programs, user, data directory and cluster.
    public static func gather(dataDirectory: String, runAs: String? = nil) async -> ToolReport {
        await gather(dataDirectory: dataDirectory, runAs: runAs, search: InstallationSearch.run())
    }

    static func gather(dataDirectory: String, runAs: String?, search: InstallationSearch) async -> ToolReport {
        var report = ToolReport()
        report.describe(search)
        report.describeUser(runAs)
        report.describe(dataDirectory: dataDirectory)
        report.describeCluster(ClusterLayout(dataDirectory: Files.resolve(dataDirectory) ?? dataDirectory), search)
        return report
    }

    private mutating func describe(_ search: InstallationSearch) {
        if let chosen = search.installations.first {
            add("PostgreSQL server", .ok, "\(chosen.version) in \(chosen.binDirectory)")
            let hasPsql = isExecutable(chosen.tool("psql"))
            add(
                "psql",
                hasPsql ? .ok : .note,
                hasPsql ? chosen.tool("psql") : "not beside the server",
                remedy: hasPsql ? nil : "apt-get install postgresql-client"
            )
        } else {
            add(
                "PostgreSQL server",
                .problem,
                "none found (\(Installation.oldestMajor) or newer)",
                remedy: "apt-get install postgresql, or name a running server with --database-url"
            )
        }
        for note in search.notes {
            add("searched", .note, note.description)
        }
    }

    private mutating func describeUser(_ runAs: String?) {
        do {
            let user = try ServerUser.resolve(requested: runAs)
            add("server user", user.hasName ? .ok : .problem, "\(user.name) (uid \(user.uid))")
        } catch {
            add("server user", .problem, "\(error)")
        }
    }

    private mutating func describe(dataDirectory: String) {
        var existing = dataDirectory
        while Files.information(existing) == nil, let slash = existing.lastIndex(of: "/"), slash != existing.startIndex
        {
            existing = String(existing[..<slash])
        }
        let isWritable = access(existing, W_OK | X_OK) == 0
        let state = existing == dataDirectory ? "" : " (not there yet; would be made in \(existing))"
        add(
            "data directory",
            isWritable ? .ok : .problem,
            dataDirectory + state + (isWritable ? "" : ": not writable by uid \(geteuid())"),
            remedy: isWritable ? nil : "choose another one with --data-dir"
        )
    }

    private mutating func describeCluster(_ layout: ClusterLayout, _ search: InstallationSearch) {
        guard let info = Files.information(layout.root) else {
            return add("private cluster", .ok, "none yet: it is made when first needed")
        }
        guard access(layout.root, R_OK | X_OK) == 0 else {
            return add("private cluster", .problem, "\(layout.root) belongs to uid \(info.st_uid)")
        }
        guard let major = ClusterServer.clusterMajor(layout) else {
            return add("private cluster", .ok, "none yet: it is made when first needed")
        }
        guard search.installations.contains(where: { $0.major == major }) else {
            return add(
                "private cluster",
                .problem,
                "made by PostgreSQL \(major), which is not installed",
                remedy: "apt-get install postgresql-\(major)"
            )
        }
        let owner = ServerUser.withUID(info.st_uid, fallbackGroup: info.st_gid)
        let processes = ServerProcesses(dataDirectory: layout.data, clusterName: layout.clusterName, user: owner)
        switch PostmasterFile(dataDirectory: layout.data) {
        case .none:
            add("private cluster", .ok, "PostgreSQL \(major) in \(layout.data), not running")
        case .some(let file) where processes.contains(file.pid):
            let state = file.status?.rawValue ?? "starting"
            add(
                "private cluster",
                .ok,
                "PostgreSQL \(major) in \(layout.data), pid \(file.pid), \(state), "
                    + "socket in \(file.socketDirectory ?? "no directory yet")"
            )
        case .some(let file):
            add(
                "private cluster",
                .note,
                "PostgreSQL \(major) in \(layout.data): server \(file.pid) died; the next use starts it again"
            )
        }
    }

    private mutating func add(_ name: String, _ standing: Standing, _ text: String, remedy: String? = nil) {
        lines.append(Line(name: name, standing: standing, text: text, remedy: remedy))
    }
}
