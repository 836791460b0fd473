import Foundation

/// Standard output and standard error.
enum Terminal {
    /// Whether a person sees standard error as it is written.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether results go to a person.
    static var outputIsInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// A line of a result.
    static func line(_ text: String = "") { output(text + "\n") }

    /// Text of a result as it is. A closed pipe ends the program quietly, as it does others.
    static func output(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            exit(0)
        }
    }

    /// A line beside the result.
    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// An error, as `pgradient: …`.
    static func error(_ text: String, prefix: Bool = true) { note(prefix ? "pgradient: \(text)" : text) }

    /// Redraws the current line of standard error.
    static func redraw(_ text: String) { FileHandle.standardError.write(Data("\r\u{1b}[2K\(text)".utf8)) }
}
