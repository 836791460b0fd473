import Glibc

/// Looks for servers in a fixed order and keeps the reason for every place, for `pgradient doctor`.
public struct InstallationSearch: Sendable, Equatable {
    /// One place that was looked at, and what was there.
    public struct Note: Sendable, Equatable, CustomStringConvertible {
        public let place: String
        public let finding: String
        public var description: String { "\(place): \(finding)" }
    }

    /// Usable servers; the first is preferred.
    public private(set) var installations: [Installation] = []
    /// Every place in the order of the search.
    public private(set) var notes: [Note] = []

    init(installations: [Installation] = []) { self.installations = installations }

    /// Searches `pg_config --bindir`, then `debianRoot/*/bin` (newest first), then `path` (default `$PATH`).
    public static func run(
        path: String? = nil,
        debianRoot: String = "/usr/lib/postgresql"
    ) async -> InstallationSearch {
        var search = InstallationSearch()
        let directories = (path ?? environmentVariable("PATH") ?? "/usr/bin:/bin").split(separator: ":").map(
            String.init
        )
        await search.askPgConfig(directories)
        await search.lookInDebian(debianRoot)
        await search.lookIn(directories)
        return search
    }

    private mutating func askPgConfig(_ directories: [String]) async {
        guard let program = directories.map({ $0 + "/pg_config" }).first(where: isExecutable) else {
            notes.append(Note(place: Installation.Origin.pgConfig.rawValue, finding: "pg_config is not on PATH"))
            return
        }
        guard let answer = try? await Tool(path: program, user: .current).run(["--bindir"]), answer.succeeded else {
            notes.append(Note(place: program + " --bindir", finding: "it failed"))
            return
        }
        await consider(answer.output, origin: .pgConfig, place: program + " --bindir")
    }

    private mutating func lookInDebian(_ root: String) async {
        let majors = directoryEntries(root).compactMap { Int($0) }.sorted(by: >)
        if majors.isEmpty {
            notes.append(Note(place: root + "/*/bin", finding: "no such directory"))
        }
        for major in majors {
            let directory = "\(root)/\(major)/bin"
            await consider(directory, origin: .debian, place: directory)
        }
    }

    private mutating func lookIn(_ directories: [String]) async {
        guard let directory = directories.first(where: { isExecutable($0 + "/postgres") }) else {
            notes.append(Note(place: Installation.Origin.path.rawValue, finding: "no postgres in any directory"))
            return
        }
        await consider(directory, origin: .path, place: "PATH (\(directory))")
    }

    /// Judges one directory; the same directory is taken once, at its first place.
    private mutating func consider(_ directory: String, origin: Installation.Origin, place: String) async {
        let finding: String
        switch await Self.judge(directory, origin: origin) {
        case .usable(let installation):
            finding = "PostgreSQL \(installation.version) in \(directory)"
            if !installations.contains(where: { $0.binDirectory == directory }) {
                installations.append(installation)
            }
        case .unusable(let reason):
            finding = reason
        }
        notes.append(Note(place: place, finding: finding))
    }

    private enum Verdict {
        case usable(Installation)
        case unusable(String)
    }

    private static func judge(_ directory: String, origin: Installation.Origin) async -> Verdict {
        let missing = Installation.neededTools.filter { !isExecutable("\(directory)/\($0)") }
        guard missing.isEmpty else {
            return .unusable("no \(missing.joined(separator: ", ")) in \(directory)")
        }
        let answer = try? await Tool(path: directory + "/postgres", user: .current).run(["--version"])
        guard let answer, let (version, major) = Installation.parseVersion(answer.output) else {
            return .unusable("\(directory)/postgres --version gives no version")
        }
        guard major >= Installation.oldestMajor else {
            return .unusable("PostgreSQL \(version) in \(directory) is older than \(Installation.oldestMajor)")
        }
        return .usable(Installation(binDirectory: directory, version: version, major: major, origin: origin))
    }
}

/// Whether this is a file that we may execute.
func isExecutable(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}

/// The names in a directory, none when it cannot be read.
func directoryEntries(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
            field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}
