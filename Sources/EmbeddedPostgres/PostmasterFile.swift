/// The contents of `postmaster.pid` (`src/include/utils/pidfile.h` of PostgreSQL lists the lines).
struct PostmasterFile: Sendable, Equatable {
    enum Status: String, Sendable {
        case starting, stopping, ready, standby
    }

    let pid: Int32
    let socketDirectory: String?
    /// Nil in the first moments of a start.
    let status: Status?

    /// Reads the file of a data directory; nil when there is none, or none that makes sense.
    init?(dataDirectory: String) {
        guard let text = Files.read(Self.path(dataDirectory)) else { return nil }
        self.init(text: text)
    }

    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A stand-alone backend writes its pid with a minus sign.
        guard let first = lines.first, let pid = Int32(trimmed(first)), abs(pid) > 1 else { return nil }
        self.pid = abs(pid)
        socketDirectory = lines.count > 4 && !lines[4].isEmpty ? String(lines[4]) : nil
        status = lines.count > 7 ? Status(rawValue: trimmed(lines[7])) : nil
    }

    static func path(_ dataDirectory: String) -> String { dataDirectory + "/postmaster.pid" }
}
