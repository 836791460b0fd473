import Foundation
import TestSupport
import Testing

@Suite("demo", .timeLimit(.minutes(5)))
struct DemoTests {
    @Test("it learns, leaves nothing running, and its lines can be pasted")
    func demo() async throws {
        let home = try Home()
        let port = try freePort()
        let environment = ["PGRADIENT_LISTEN": "127.0.0.1:\(port)"]
        let ending = try await Program.run(["demo"] + home.flags, environment: environment)
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(home.serverPID == nil)
        func accuracy(_ iterations: Int) throws -> Double {
            let pattern = try Regex("\\n +\(iterations) +(\\d+\\.\\d\\d) %").dotMatchesNewlines()
            let match = try #require(ending.output.firstMatch(of: pattern), "\(ending.output)")
            return try #require(Double(match.output[1].substring ?? ""))
        }
        #expect((40...100).contains(try accuracy(10)))
        #expect(try accuracy(20) >= 99)
        #expect(try accuracy(100) >= 99.9)
        #expect(ending.output.contains("luck of the draw"))
        #expect(ending.output.contains(/\n  w1_0_0  -?\d+\.\d+\n/))

        let lines = Self.pasteable(ending.output)
        #expect(lines.count == 6, "\(lines)")
        let pasted = try await paste(Self.script(lines), environment: environment, directory: "/")
        #expect(pasted.status == .exited(0), "\(pasted.error)")
        for sign in [
            "\"state\": \"succeeded\"", "\"epoch\": 20,", "\"label\": 0,", "PREPARE pgradient_run_1_",
            "   100 | w1_0_0 |",
        ] {
            #expect(pasted.output.contains(sign), "\(sign) in:\n\(pasted.output)")
        }
        #expect(home.serverPID == nil)
    }

    @Test("its lines name the socket and the token that the daemon will ask for, and the database")
    func lines() async throws {
        let home = try Home()
        let database = try await TestCluster.freshDatabase()
        try Data("0123456789-abcdefghij".utf8).write(to: URL(fileURLWithPath: home.folder + "/my token"))
        let settings = #"{"listen": "unix:\#(home.folder)/http.sock", "token_file": "\#(home.folder)/my token"}"#
        try settings.write(toFile: home.folder + "/pgradient.json", atomically: true, encoding: .utf8)
        let ending = try await Program.run(["demo", "--database-url", database], directory: home.folder)
        #expect(ending.status == .exited(0), "\(ending.error)")
        let lines = Self.pasteable(ending.output)
        let pasted = try await paste(Self.script(lines), directory: home.folder)
        #expect(pasted.status == .exited(0), "\(pasted.error)\n\(ending.output)")
        #expect(pasted.output.contains("\"state\": \"succeeded\""), "\(pasted.output)")
        #expect(pasted.output.contains("   100 | w1_0_0 |"))
    }

    private static func pasteable(_ output: String) -> [String] {
        output.components(separatedBy: "\n")
            .filter { $0.hasPrefix("  ") && ["serve", "curl", "psql"].contains(where: $0.contains) }
    }

    /// The lines, and the end of the daemon that the first of them began, whatever comes of the others.
    private static func script(_ lines: [String]) -> String {
        "trap 'kill $!; wait $!' EXIT\n" + lines.joined(separator: "\n") + "\n"
    }

    /// A port that was free a moment ago.
    private func freePort() throws -> Int {
        // A server that nobody talks to, gone at the end of this function.
        try FakeServer(answer: nil).port
    }
}
