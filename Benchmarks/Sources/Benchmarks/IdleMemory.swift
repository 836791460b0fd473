import Foundation

/// Resident memory of `pgradient serve` that is ready and has nothing to do. Its PostgreSQL is not counted: that is a
/// server of its own.
struct IdleMemory: Sendable {
    /// VmRSS in megabytes of 10⁶ bytes.
    let megabytes: Double

    /// How long the daemon is left alone before it is looked at.
    private static let settling = Duration.seconds(5)
    private static let startLimit = Duration.seconds(120)

    static func measure(dataDirectory: String) async throws -> IdleMemory {
        let daemon = try Daemon(program: program(), dataDirectory: dataDirectory)
        do {
            try await daemon.waitUntilReady(limit: startLimit)
            // Idle is a state in time: this waits for nothing but for that to pass.
            try await Task.sleep(for: settling)
            let kilobytes = try residentKilobytes(daemon.processID)
            await daemon.stop()
            return IdleMemory(megabytes: Double(kilobytes) * 1024 / 1e6)
        } catch {
            await daemon.stop()
            throw error
        }
    }

    /// The daemon's program is built beside this one.
    private static func program() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("pgradient").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchmarkError("\(path) is missing; `swift build -c release --package-path Benchmarks` builds it")
        }
        return path
    }

    /// The line `VmRSS: n kB` of proc(5).
    private static func residentKilobytes(_ process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let words = line?.split(whereSeparator: \.isWhitespace), words.count == 3, let value = Int(words[1])
        else {
            throw BenchmarkError("/proc/\(process)/status has no VmRSS")
        }
        return value
    }
}
