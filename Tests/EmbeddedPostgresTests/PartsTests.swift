import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// The small parts, without a server.
@Suite struct PartsTests {
    @Test(arguments: [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18beta1\n", "18beta1", 18),
        ("postgres (PostgreSQL) 9.6.24", "9.6.24", 9),
    ])
    func readsVersions(answer: String, version: String, major: Int) throws {
        let parsed = try #require(Installation.parseVersion(answer))
        #expect(parsed.version == version)
        #expect(parsed.major == major)
    }

    @Test(arguments: ["", "postgres", "postgres (PostgreSQL) devel"])
    func refusesWhatIsNoVersion(answer: String) {
        #expect(Installation.parseVersion(answer) == nil)
    }

    @Test func readsThePidFile() throws {
        let full = "4711\n/d/data\n1700000000\n5432\n/run/x\n\n  1234567   32769\nready   \n"
        let file = try #require(PostmasterFile(text: full))
        #expect(file.pid == 4711)
        #expect(file.socketDirectory == "/run/x")
        #expect(file.status == .ready)
        let early = try #require(PostmasterFile(text: "4711\n/d/data\n1700000000\n5432\n"))
        #expect(early.socketDirectory == nil)
        #expect(early.status == nil)
        #expect(PostmasterFile(text: "-4711\n/d/data\n")?.pid == 4711)
        #expect(PostmasterFile(text: "") == nil)
        #expect(PostmasterFile(text: "1\n/d/data\n") == nil)
    }

    @Test func quotes() {
        #expect(ServerAddress(socketDirectory: "/a b'c\\d").conninfo.hasPrefix("host='/a b\\'c\\\\d' port=5432 "))
        #expect(ServerAddress.shellQuoted("/plain-1.2_x") == "/plain-1.2_x")
        #expect(ServerAddress.shellQuoted("it's $HOME") == "'it'\\''s $HOME'")
        #expect(ServerAddress.shellQuoted("") == "''")
        let text = ServerConfiguration(socketDirectory: "/a\"b,'c\\").text(localFile: "/x y")
        #expect(text.contains("unix_socket_directories = '\"/a\"\"b,''c\\\\\"'\n"))
        #expect(text.hasSuffix("include = '/x y'\n"))
    }

    @Test(arguments: [
        ("FATAL:  could not write lock file: No space left on device", StartFailure.diskFull),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", .sharedMemory),
        ("FATAL:  could not create any Unix-domain sockets", .socket),
        ("FATAL:  data directory \"/x\" has invalid permissions", .permissions),
        ("FATAL:  configuration file \"/x\" contains errors", .configuration),
        ("LOG:  database system was interrupted", .timeout),
    ])
    func tellsTheCauseFromTheLog(line: String, cause: StartFailure) {
        #expect(StartFailure(log: line, toolOutput: "pg_ctl: server did not start in time") == cause)
    }

    @Test func dataDirectoryFollowsTheXDGRules() {
        func path(_ uid: UInt32, _ variables: [String: String]) -> String {
            let user = ServerUser(name: "u", uid: uid, gid: 7, hasName: true, home: "/home/u")
            return DataDirectory.defaultPath(user: user) { variables[$0] }
        }
        #expect(path(0, ["XDG_DATA_HOME": "/x", "HOME": "/root"]) == "/var/lib/pgradient")
        #expect(path(7, ["XDG_DATA_HOME": "/x"]) == "/x/pgradient")
        #expect(path(7, ["XDG_DATA_HOME": "relative", "HOME": "/h"]) == "/h/.local/share/pgradient")
        #expect(path(7, [:]) == "/home/u/.local/share/pgradient")
    }

    @Test func aLongPathKeepsItsSocketWhereItFits() throws {
        let user = ServerUser.current
        let runtime = try TemporaryDirectory(mode: 0o700)
        let long = ClusterLayout(dataDirectory: "/" + String(repeating: "x", count: 120))
        let chosen = try SocketDirectory.make(layout: long, user: user, runtimeDirectory: runtime.path)
        #expect(chosen == "\(runtime.path)/pgradient-\(long.fingerprint)")
        let short = try SocketDirectory.make(
            layout: long,
            user: user,
            runtimeDirectory: nil,
            temporaryDirectory: runtime.path
        )
        #expect(short == "\(runtime.path)/pgradient-\(user.uid)-\(long.fingerprint)")
        #expect(Files.information(short).map { $0.st_mode & 0o777 } == 0o700)
        // Exactly 107 bytes still fit, one more does not.
        #expect(SocketDirectory.fits("/" + String(repeating: "x", count: 92)))
        #expect(!SocketDirectory.fits("/" + String(repeating: "x", count: 93)))
    }

    @Test func aSocketDirectoryThatOthersControlIsRefused() throws {
        let runtime = try TemporaryDirectory(mode: 0o700)
        let layout = ClusterLayout(dataDirectory: "/" + String(repeating: "y", count: 120))
        let path = "\(runtime.path)/pgradient-\(geteuid())-\(layout.fingerprint)"
        func make() throws -> String {
            try SocketDirectory.make(
                layout: layout,
                user: .current,
                runtimeDirectory: nil,
                temporaryDirectory: runtime.path
            )
        }
        mkdir(path, 0o755)
        chmod(path, 0o755)
        #expect(
            throws: EmbeddedPostgresError.socketDirectoryUnsafe(path: path, reason: "others may enter it (mode 755)")
        ) { try make() }
        rmdir(path)
        symlink("/tmp", path)
        #expect(throws: EmbeddedPostgresError.socketDirectoryUnsafe(path: path, reason: "it is not a directory")) {
            try make()
        }
    }

    @Test func searchesInOrderAndKeepsTheReasons() async throws {
        let temporary = try TemporaryDirectory()
        func installServer(_ directory: String, _ tools: [String], version: String) async throws {
            var built = temporary.path
            for part in directory.split(separator: "/") {
                built += "/" + part
                mkdir(built, 0o755)
            }
            for tool in tools {
                let answer = tool == "pg_config" ? version : "postgres (PostgreSQL) \(version)"
                try await installScript("echo '\(answer)'\n", as: "\(built)/\(tool)")
            }
        }
        let tools = Installation.neededTools
        try await installServer("on-path", ["pg_config"], version: temporary.path + "/configured")
        try await installServer("configured", ["postgres", "initdb"], version: "16.1")
        try await installServer("debian/13/bin", tools, version: "13.9")
        try await installServer("debian/9/bin", tools, version: "9.6.1")
        try await installServer("debian/15/bin", tools, version: "15.2")
        try await installServer("debian/17/bin", tools, version: "17.0")
        try await installServer("bin", tools, version: "14.8")

        let root = temporary.path
        let search = await InstallationSearch.run(path: "\(root)/on-path:\(root)/bin", debianRoot: root + "/debian")
        #expect(search.installations.map(\.major) == [17, 15, 14])
        #expect(search.installations.map(\.origin) == [.debian, .debian, .path])
        #expect(
            search.notes.map(\.description) == [
                "\(root)/on-path/pg_config --bindir: no pg_ctl in \(root)/configured",
                "\(root)/debian/17/bin: PostgreSQL 17.0 in \(root)/debian/17/bin",
                "\(root)/debian/15/bin: PostgreSQL 15.2 in \(root)/debian/15/bin",
                "\(root)/debian/13/bin: PostgreSQL 13.9 in \(root)/debian/13/bin is older than 14",
                "\(root)/debian/9/bin: PostgreSQL 9.6.1 in \(root)/debian/9/bin is older than 14",
                "PATH (\(root)/bin): PostgreSQL 14.8 in \(root)/bin",
            ]
        )
        // An existing cluster is served by its own major version, not by the preferred one.
        let layout = ClusterLayout(dataDirectory: root)
        for directory in [layout.root, layout.data] { mkdir(directory, 0o700) }
        try Files.write("15\n", to: layout.data + "/PG_VERSION", owner: .current)
        #expect(try ClusterServer.chooseInstallation(for: layout, among: search).major == 15)
    }

    @Test func locksExcludeWithinOneProcessAndAcrossModes() async throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/lock"
        let first = try FileLock(path: path, owner: .current)
        let second = try FileLock(path: path, owner: .current)
        #expect(try first.tryLock(.shared))
        #expect(try second.tryLock(.shared))
        #expect(try !first.tryLock(.exclusive))
        second.unlock()
        #expect(try first.tryLock(.exclusive))

        let waiting = Task { try await second.lock(.exclusive, timeoutSeconds: 60) }
        first.unlock()
        try await waiting.value
        #expect(try !first.tryLock(.exclusive))

        let cancelled = Task { try await first.lock(.exclusive, timeoutSeconds: 60) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test func aLogIsQuotedFromWhereTheStartBegan() throws {
        let temporary = try TemporaryDirectory()
        let log = ServerLog(path: temporary.path + "/log")
        #expect(log.tail() == "")
        try Files.write("old\n", to: log.path, owner: .current)
        let before = log.size
        try Files.write("old\n" + (1...20).map { "line \($0)\n" }.joined(), to: log.path, owner: .current)
        #expect(log.tail(from: before, lines: 3) == "line 18\nline 19\nline 20")
        #expect(!log.tail(from: before, lines: 100).contains("old"))
        log.rotate(above: 10)
        #expect(log.size == 0)
        #expect(ServerLog(path: log.path + ".1").size > 10)
    }
}
