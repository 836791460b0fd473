import Foundation

/// Memory of a process as proc(5) tells it.
enum ProcessMemory {
    /// A line `name: n kB` of `/proc/<pid>/status`, in bytes.
    static func bytes(_ name: String, of process: Int) throws -> Int {
        let path = "/proc/\(process)/status"
        let status = try String(contentsOfFile: path, encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        guard let words = line?.split(whereSeparator: \.isWhitespace), words.count == 3, let value = Int(words[1])
        else {
            throw BenchmarkError("\(path) has no \(name)")
        }
        return value * 1024
    }
}
