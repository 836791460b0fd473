import Glibc
import TestSupport
import Testing

/// The tests' own server, on which all other suites lean.
@Suite struct TestClusterTests {
    @Test func everyDatabaseIsNewAndEmpty() async throws {
        let first = try await TestCluster.freshDatabase()
        let second = try await TestCluster.freshDatabase()
        #expect(first != second)
        #expect(first.contains("testclustertests_everydatabaseisnewandempty"))
        let server = try await TestCluster.server()
        #expect(try await server.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0")
    }

    @Test func isPrivate() async throws {
        let server = try await TestCluster.server()
        #expect(try await server.psql("SHOW listen_addresses") == "")
        #expect(try await server.psql("SHOW server_encoding") == "UTF8")
        #expect(try await server.psql("SHOW lc_collate") == "C")
        var info = stat()
        #expect(stat(server.socketDirectory, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o700)
    }

    @Test func aPrivateServerCanBeStoppedAndStarted() async throws {
        let server = try await TestCluster.makePrivate(settings: [("work_mem", "7MB")])
        #expect(try await server.psql("SHOW work_mem") == "7MB")
        try await server.psql("CREATE TABLE kept (x int)")
        let before = try server.postmasterPID
        try await server.stop()
        #expect(throws: TestServerError.self) { try server.postmasterPID }
        try await server.start()
        #expect(try server.postmasterPID != before)
        try await server.crash()
        try await server.start()
        #expect(try await server.psql("SELECT count(*) FROM kept") == "0")
        try await server.remove()
    }
}
