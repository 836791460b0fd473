import Foundation

/// wrk of Debian: how many requests the daemon answers if clients ask as fast as they can.
enum Wrk {
    /// - Returns: requests per second.
    static func throughput(_ url: String, seconds: Int) throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["wrk", "-t1", "-c8", "-d\(seconds)s", url]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, !text.contains("Non-2xx"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Requests/sec:") }),
            let value = Double(line.dropFirst("Requests/sec:".count).trimmingCharacters(in: .whitespaces))
        else { throw BenchmarkError("wrk did not measure (scripts/deps.sh --bench installs it):\n\(text)") }
        return value
    }
}
