import Foundation
import JSONTree

/// Where and when it was measured.
struct Machine: Sendable {
    var date: String
    /// The processor and how many of it, the memory.
    var hardware: String
    /// Processes that wanted to run when we began: others beside us make everything slower.
    var load: String
    /// PostgreSQL, Python and the libraries.
    var software: String

    static func read(_ laboratory: Laboratory) -> Machine {
        let model = line("/proc/cpuinfo", "model name") ?? "unknown processor"
        let kilobytes = line("/proc/meminfo", "MemTotal").flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }
        let gigabytes = Int((Double(kilobytes ?? 0) * 1024 / 1e9).rounded())
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first ?? "?"
        return Machine(
            date: Date.now.formatted(.iso8601.year().month().day()),
            hardware: "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(model), \(gigabytes) GB",
            load: String(load),
            software: "PostgreSQL \(laboratory.cluster.installation.version)"
        )
    }

    private static func line(_ file: String, _ name: String) -> String? {
        // Files of /proc tell no size, and are read to their end all the same.
        let lines = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n") ?? []
        guard let line = lines.first(where: { $0.hasPrefix(name) }), let colon = line.firstIndex(of: ":") else {
            return nil
        }
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
}

extension Machine {
    var json: JSON {
        [
            "date": .string(date), "hardware": .string(hardware), "load_before": .string(load),
            "software": .string(software),
        ]
    }

    init(_ json: JSON?) {
        func text(_ key: String) -> String { json?[key]?.stringValue ?? "" }
        self.init(
            date: text("date"),
            hardware: text("hardware"),
            load: text("load_before"),
            software: text("software")
        )
    }
}
