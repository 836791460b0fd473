import Foundation
import TestSupport
import Testing

@Suite("Flags, environment and pgradient.json", .timeLimit(.minutes(5)))
struct SettingsTests {
    @Test(
        "a settings file with a mistake is refused",
        arguments: [
            (
                #"{"listenn": "x"}"#,
                "pgradient.json sets \"listenn\", which is unknown; known are database_url, data_dir"
            ),
            (#"{"workers": 1.5}"#, "pgradient.json: workers is a number; it must be a string or a whole number"),
            ("{\"listen\": \"x\",\n", "pgradient.json, line 2, column 1"), ("[]", "must hold a JSON object"),
        ]
    )
    func mistakes(text: String, says: String) async throws {
        let home = try Home()
        try text.write(toFile: home.folder + "/pgradient.json", atomically: true, encoding: .utf8)
        let ending = try await Program.run(["runs"], directory: home.folder)
        #expect(ending.status == .exited(2))
        #expect(ending.error.contains(says), "\(ending.error)")
    }

    /// The data directory tells which setting won: it can't be made, and the message names it.
    @Test("a flag goes before the environment, that before the file")
    func precedence() async throws {
        let home = try Home()
        let file = home.folder + "/pgradient.json"
        try #"{"data-dir": "/proc/from-file"}"#.write(toFile: file, atomically: true, encoding: .utf8)
        let variable = ["PGRADIENT_DATA_DIR": "/proc/from-environment"]
        let (flag, environment, settings) = (
            try await Program.run(
                ["runs", "--data-dir", "/proc/from-flag"],
                environment: variable,
                directory: home.folder
            ),
            try await Program.run(["runs"], environment: variable, directory: home.folder),
            try await Program.run(["runs"], directory: home.folder)
        )
        for (ending, path) in [(flag, "from-flag"), (environment, "from-environment"), (settings, "from-file")] {
            #expect(ending.status == .exited(1))
            #expect(ending.error.contains("the data directory /proc/\(path) cannot be written"), "\(ending.error)")
        }
    }

    @Test("the level and the form of the log are heeded wherever they are set")
    func log() async throws {
        let database = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let quiet = try await Program.run(["runs"], environment: database)
        #expect(quiet.error == "no runs yet; `pgradient train` or `pgradient demo` makes one\n")
        let settings = ["PGRADIENT_LOG_LEVEL": "trace", "PGRADIENT_LOG_FORMAT": "json"].merging(database) { $1 }
        let loud = try await Program.run(["runs"], environment: settings)
        #expect(loud.status == .exited(0))
        let line = try #require(loud.error.split(separator: "\n").first { $0.hasPrefix("{") }, "\(loud.error)")
        #expect(line.contains(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"\w+","message":"/), "\(line)")
    }
}
