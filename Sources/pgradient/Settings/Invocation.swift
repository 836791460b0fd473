import Foundation

/// How this program was called, for lines that a person can paste.
enum Invocation {
    /// The program as it was typed.
    static var path: String { CommandLine.arguments.first ?? "pgradient" }

    /// The flags that lead to the same database again.
    static func databaseFlags(_ options: GlobalOptions) -> String {
        let flags = [("--database-url", options.databaseURL), ("--data-dir", options.dataDirectory)]
        return flags.compactMap { name, value in value.map { " \(name) \(quoted($0))" } }.joined()
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "/._-:@=%".contains($0) }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
