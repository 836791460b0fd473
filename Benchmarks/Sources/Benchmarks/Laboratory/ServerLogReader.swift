import Foundation

/// What the server's log says from a moment on.
struct ServerLogReader {
    private let path: String
    private let start: UInt64

    init(path: String) {
        self.path = path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        start = (attributes?[.size] as? UInt64) ?? 0
    }

    /// The statements of one session, the one that took most: that which trained. Lines look like
    /// `2025-11-25 19:53:12.123 UTC [4711] LOG:  duration: 26.123 ms`.
    /// - Returns: milliseconds.
    func busiestSession() throws -> Double {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: start)
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var sessions: [Substring: Double] = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /\[(\d+)\] LOG:  duration: ([\d.]+) ms/) else { continue }
            sessions[match.1, default: 0] += Double(match.2) ?? 0
        }
        guard let most = sessions.values.max() else { throw BenchmarkError("\(path) tells no durations") }
        return most
    }
}
