import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres

@Suite struct ToolReportTests {
    private func line(_ name: String, _ report: ToolReport) throws -> ToolReport.Line {
        try #require(report.lines.first { $0.name == name })
    }

    @Test func followsAClusterThroughItsLife() async throws {
        let cluster = try Cluster()
        var report = await ToolReport.gather(dataDirectory: cluster.dataDirectory)
        #expect(report.isHealthy)
        #expect(try line("private cluster", report).text == "none yet: it is made when first needed")
        #expect(try line("data directory", report).text.contains("would be made in \(cluster.temporary.path)"))
        #expect(Files.information(cluster.dataDirectory) == nil, "a report must make nothing")

        let lease = try await cluster.acquire()
        let pid = try #require(cluster.serverPID)
        report = await ToolReport.gather(dataDirectory: cluster.dataDirectory)
        #expect(
            try line("private cluster", report).text.contains("pid \(pid), ready, socket in \(cluster.layout.root)")
        )
        await lease.release()
        report = await ToolReport.gather(dataDirectory: cluster.dataDirectory)
        #expect(try line("private cluster", report).text.hasSuffix("not running"))

        let user = try ServerUser.resolve()
        try Files.write("\(getpid())\n", to: PostmasterFile.path(cluster.layout.data), owner: user)
        report = await ToolReport.gather(dataDirectory: cluster.dataDirectory)
        #expect(try line("private cluster", report).standing == .note)
        #expect(report.isHealthy)

        try Files.write("13\n", to: cluster.layout.data + "/PG_VERSION", owner: user)
        report = await ToolReport.gather(dataDirectory: cluster.dataDirectory)
        #expect(try line("private cluster", report).remedy == "apt-get install postgresql-13")
        #expect(!report.isHealthy)
    }

    @Test func saysHowToGetAMissingServer() async throws {
        let search = await InstallationSearch.run(path: "/nowhere", debianRoot: "/nowhere")
        let report = await ToolReport.gather(dataDirectory: "/proc/none", runAs: nil, search: search)
        let server = try line("PostgreSQL server", report)
        #expect(server.standing == .problem)
        #expect(server.remedy?.hasPrefix("apt-get install postgresql") == true)
        #expect(!report.isHealthy)
    }
}
