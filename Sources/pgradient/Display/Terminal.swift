import Glibc

/// Standard output and standard error.
enum Terminal {
    /// Whether a person sees standard error as it is written.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether standard input would wait for a person to type.
    static var inputIsInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks a person. Everything but a yes is a no.
    static func confirms(_ question: String) -> Bool {
        _ = try? write("\(question) [y/N] ", to: STDERR_FILENO)
        let answer = readLine()?.lowercased() ?? ""
        return ["y", "yes"].contains(answer)
    }

    /// A line of a result.
    static func line(_ text: String = "") throws(OutputError) { try output(text + "\n") }

    /// Text of a result as it is.
    static func output(_ text: String) throws(OutputError) { try write(text, to: STDOUT_FILENO) }

    /// A line beside the result. If standard error is gone there is nobody left to tell, and work goes on.
    static func note(_ text: String) { _ = try? write(text + "\n", to: STDERR_FILENO) }

    /// An error, as `pgradient: …`.
    static func error(_ text: String, prefix: Bool = true) { note(prefix ? "pgradient: \(text)" : text) }

    /// Redraws the current line of standard error.
    static func redraw(_ text: String) { _ = try? write("\r\u{1b}[2K\(text)", to: STDERR_FILENO) }

    /// Not `FileHandle`, whose write ends the program when the reader has gone.
    private static func write(_ text: String, to descriptor: Int32) throws(OutputError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            default: throw OutputError(code: errno)
            }
        }
    }
}

/// Standard output can't be written.
struct OutputError: Error, CustomStringConvertible {
    let code: Int32

    /// The reader has what it wanted and went away, as `head` does: no fault of anybody's.
    var isReaderGone: Bool { code == EPIPE }

    var description: String { "standard output can't be written: \(String(cString: strerror(code)))" }
}
