import Glibc

/// The server's log file, of which errors quote the end.
struct ServerLog: Sendable {
    let path: String

    /// In bytes; 0 while there is none.
    var size: Int { Files.information(path).map { Int($0.st_size) } ?? 0 }

    /// The last lines that were written from byte `offset` on.
    func tail(from offset: Int = 0, lines: Int = 15) -> String {
        // A log of many megabytes is never read as a whole.
        let start = max(offset, size - 65_536)
        let text = Files.read(path, from: start) ?? ""
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }

    /// Puts a grown log aside (one older one is kept), before a start.
    func rotate(above limit: Int = 8 << 20) {
        if size > limit { rename(path, path + ".1") }
    }
}
