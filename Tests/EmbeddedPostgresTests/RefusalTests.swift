import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// Every way to be refused names what, where and what to do, and leaves nothing behind.
@Suite struct RefusalTests {
    @Test func anUnwritableDirectoryIsNamed() async throws {
        let user = try unprivilegedUser()
        let outside = try TemporaryDirectory(mode: 0o555)
        let path = outside.path + "/deep/data"
        try await Probe.run(dataDirectory: path, as: user) { probe in
            #expect(probe.answer.hasPrefix("error data_dir_not_writable "))
            #expect(probe.answer.contains(path))
            #expect(probe.answer.contains("uid \(user.uid)"))
            #expect(probe.answer.contains("--data-dir"))
        }
        #expect(directoryEntries(outside.path).isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to hide a directory from the server's user"))
    func aDirectoryTheServerCannotReachIsNamed() async throws {
        let hidden = try TemporaryDirectory(mode: 0o700)
        let error = await #expect(throws: EmbeddedPostgresError.self) {
            try await EmbeddedCluster.acquire(dataDirectory: hidden.path + "/data", logger: quiet)
        }
        #expect(error?.code == "data_dir_not_reachable")
        #expect(error?.description.contains("\"postgres\", which may not enter \(hidden.path) on the way") == true)
    }

    @Test(.enabled(if: geteuid() == 0, "needs a second user"))
    func anotherUsersClusterIsRefusedButServedByRoot() async throws {
        let nobody = try unprivilegedUser()
        let temporary = try TemporaryDirectory(owner: nobody)
        let data = temporary.path + "/data"
        try await Probe.run(dataDirectory: data, as: nobody) { probe in
            #expect(probe.hasLease, "\(probe.answer)")
            // Root joins in, and the server stays nobody's.
            let lease = try await EmbeddedCluster.acquire(dataDirectory: data, logger: quiet)
            #expect(lease.effort == .adopted)
            #expect(try await lease.psql("SELECT 1") == "1")
            await lease.release()
            let postgres = try ServerUser.resolve()
            try await Probe.run(dataDirectory: data, as: postgres) { stranger in
                #expect(stranger.answer.hasPrefix("error "), "\(stranger.answer)")
                #expect(stranger.answer.contains("uid \(postgres.uid)"))
            }
        }
        let lease = try await EmbeddedCluster.acquire(dataDirectory: data, logger: quiet)
        #expect(lease.effort == .started)
        #expect(Files.information(lease.clusterDirectory)?.st_uid == nobody.uid)
        await lease.release()
        await #expect(throws: EmbeddedPostgresError.self) {
            try await EmbeddedCluster.acquire(dataDirectory: data, runAs: "postgres", logger: quiet)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root chooses users"))
    func usersThatCannotRunAServerAreRefused() throws {
        #expect(throws: EmbeddedPostgresError.unknownUser(name: "no-such-user")) {
            try ServerUser.resolve(requested: "no-such-user")
        }
        #expect(throws: EmbeddedPostgresError.userIsRoot(name: "root")) {
            try ServerUser.resolve(requested: "root")
        }
    }

    @Test func anotherMajorVersionIsNamed() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        let user = try ServerUser.resolve()
        try Files.write("13\n", to: cluster.layout.data + "/PG_VERSION", owner: user)
        let error = await #expect(throws: EmbeddedPostgresError.self) { try await cluster.acquire() }
        let installed = try await Installation.find().version
        #expect(error?.code == "postgres_version_mismatch")
        #expect(error?.description.contains("made by PostgreSQL 13, but installed here is \(installed)") == true)
        #expect(error?.description.contains("apt-get install postgresql-13") == true)
    }

    @Test func aBadSettingIsQuotedFromTheLog() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        try Files.write(
            "no_such_setting = 1\n",
            to: cluster.layout.localConfiguration,
            owner: try ServerUser.resolve()
        )
        let error = await #expect(throws: EmbeddedPostgresError.self) { try await cluster.acquire() }
        #expect(error?.code == "postgres_start_bad_configuration")
        #expect(error?.description.contains("\"no_such_setting\"") == true)
        #expect(error?.description.contains(cluster.layout.log) == true)
        #expect(cluster.serverPID == nil)
        // The locks are free again: the next one gets as far.
        await #expect(throws: EmbeddedPostgresError.self) { try await cluster.acquire() }
    }

    @Test func aFailedInitdbLeavesNothing() async throws {
        let cluster = try Cluster()
        let real = try await Installation.find()
        let fake = try TemporaryDirectory()
        let script = """
            touch "$2/half"
            echo 'initdb: error: could not write file: No space left on device'
            exit 1
            """
        try await installScript(script, as: fake.path + "/initdb")
        let installation = Installation(
            binDirectory: fake.path,
            version: real.version,
            major: real.major,
            origin: .path
        )
        var attempt = EmbeddedCluster(dataDirectory: cluster.dataDirectory, logger: quiet)
        attempt.search = InstallationSearch(installations: [installation])
        let error = await #expect(throws: EmbeddedPostgresError.self) { try await attempt.acquire() }
        #expect(error?.code == "initdb_failed")
        #expect(error?.description.contains("No space left on device") == true)
        #expect(Set(directoryEntries(cluster.layout.root)) == ["control.lock", "users.lock"])
    }

    @Test func withoutAServerNothingIsMade() async throws {
        let cluster = try Cluster()
        var attempt = EmbeddedCluster(dataDirectory: cluster.dataDirectory, logger: quiet)
        attempt.search = await InstallationSearch.run(path: "/nowhere", debianRoot: "/nowhere")
        let error = await #expect(throws: EmbeddedPostgresError.self) { try await attempt.acquire() }
        #expect(error?.code == "postgres_not_found")
        #expect(error?.description.contains("apt-get install postgresql") == true)
        #expect(error?.description.contains("/nowhere/*/bin: no such directory") == true)
        #expect(Files.information(cluster.dataDirectory) == nil)
    }

    @Test func aDirectoryThatIsNoClusterIsLeftAlone() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        unlink(cluster.layout.data + "/PG_VERSION")
        await #expect(throws: EmbeddedPostgresError.notACluster(directory: cluster.layout.data)) {
            try await cluster.acquire()
        }
        #expect(Files.information(cluster.layout.data + "/global") != nil)
    }

    @Test func aLockThatNobodyGivesBackIsReportedWithItsHolder() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        let holder = try FileLock(path: cluster.layout.controlLock, owner: .current)
        #expect(try holder.tryLock(.exclusive))
        holder.recordHolder()
        var attempt = EmbeddedCluster(dataDirectory: cluster.dataDirectory, logger: quiet)
        attempt.timeouts.lock = 1
        let error = await #expect(throws: EmbeddedPostgresError.self) { try await attempt.acquire() }
        #expect(error?.code == "cluster_lock_timeout")
        #expect(error?.description.contains("(pid \(getpid()))") == true)
        holder.unlock()
        // The abandoned wait must not keep the lock it gets too late.
        await (try await cluster.acquire()).release()
    }
}
