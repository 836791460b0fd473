import Foundation

/// Keeps one process of the private server from taking all of the machine's memory: beyond the limit its statement fails
/// with "out of memory", where the kernel would otherwise kill a process and with it, as PostgreSQL sees it, the server.
enum MemoryGuard {
    /// The part of the machine's memory that one process may address.
    private static let share = 0.75
    /// Shared memory, libraries and the compiler of expressions are addressed too.
    private static let least = 4 << 30

    /// Puts the limit on a command and what it starts: prlimit(1), of util-linux, which every Debian has.
    static func limiting(_ command: [String]) -> [String] {
        let tool = "/usr/bin/prlimit"
        guard FileManager.default.isExecutableFile(atPath: tool), let bytes = limit() else { return command }
        return [tool, "--as=\(bytes)", "--"] + command
    }

    /// The limit in bytes; nil if the machine does not tell its memory.
    static func limit() -> Int? {
        guard let machine = kilobytes("/proc/meminfo", "MemTotal:").map({ $0 << 10 }) else { return nil }
        // A container may have less than its machine; "max" is no number.
        let container = text("/sys/fs/cgroup/memory.max").flatMap { Int(trimmed($0)) }
        return max(least, Int(Double(min(machine, container ?? machine)) * share))
    }

    private static func kilobytes(_ path: String, _ name: String) -> Int? {
        text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
