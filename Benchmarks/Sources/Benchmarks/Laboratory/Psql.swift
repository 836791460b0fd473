import Foundation

/// `psql` on the laboratory's cluster.
struct Psql {
    private let program: String
    private let conninfo: String

    init(_ laboratory: Laboratory) {
        let own = laboratory.cluster.installation.tool("psql")
        program = FileManager.default.isExecutableFile(atPath: own) ? own : "psql"
        conninfo = laboratory.conninfo
    }

    /// - Parameter options: settings of the session, as `PGOPTIONS` has them.
    /// - Returns: what it prints.
    func run(_ arguments: [String], input: String = "", options: String = "") async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [program, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", conninfo] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PGOPTIONS": options]) { $1 }
        let output = try await process.output(input: input)
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("psql \(arguments.joined(separator: " ")) failed: \(output)")
        }
        return output
    }
}

extension Process {
    /// Runs it to its end; what it writes to either output. The input must be short or read at once.
    func output(input: String = "") async throws -> String {
        let (given, printed) = (Pipe(), Pipe())
        standardInput = given
        standardOutput = printed
        standardError = printed
        try run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let writer = Thread {
                    try? given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                    try? given.fileHandleForWriting.close()
                }
                writer.start()
                let data = printed.fileHandleForReading.readDataToEndOfFile()
                self.waitUntilExit()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
