import EmbeddedPostgres
import Foundation
import TestSupport
import Testing

/// A PostgreSQL installation whose `initdb` waits to be released: for tests of what happens meanwhile.
struct HeldInitdb {
    /// Makes a program find it.
    let environment: [String: String]
    private let gate: String

    init(in home: Home) async throws {
        let files = FileManager.default
        let real = try #require(await InstallationSearch.run().installations.first).binDirectory
        let directory = home.folder + "/held"
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for tool in ["postgres", "pg_ctl"] {
            try files.createSymbolicLink(atPath: "\(directory)/\(tool)", withDestinationPath: "\(real)/\(tool)")
        }
        gate = directory + "/gate"
        try #require(mkfifo(gate, 0o644) == 0)
        let scripts = [
            "pg_config": "echo '\(directory)'", "initdb": "read go < '\(gate)'\nexec '\(real)/initdb' \"$@\"",
        ]
        for (name, script) in scripts {
            let path = "\(directory)/\(name)"
            try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        environment = ["PATH": "\(directory):\(path)"]
    }

    /// Lets it go on. Waits until it has begun.
    func release() async throws {
        try await offPool { [gate] in try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate)) }
    }
}
