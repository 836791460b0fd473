import Foundation
import JSONTree
import Logging
import Service
import Synchronization

/// Writes log lines to standard error, so that standard output stays for results.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let format: LogFormat
    let label: String

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadataProvider?.get() ?? [:]
        fields.merge(metadata) { $1 }
        if let more = event.metadata { fields.merge(more) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        let time = Date().formatted(Self.time)
        let line: String
        switch format {
        case .text:
            let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }.joined()
            line = "\(time) \(event.level.rawValue) \(event.message)\(pairs)"
        case .json:
            var document: JSON = [
                "time": .string(time), "level": .string(event.level.rawValue), "message": .string("\(event.message)"),
            ]
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) { document.set(key, .string("\(value)")) }
            line = document.compact
        }
        Terminal.note(line)
    }

    /// Whatever came from outside can't end its line or move the reader's cursor.
    private func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f && $0 != "\"" }
        return isPlain ? text : JSON.string(text).compact
    }
}

extension Settings {
    /// The logger of a command.
    /// - Parameter commandLevel: what a command that shows its own results wants unless a level is set.
    func logger(_ label: String = "pgradient", commandLevel: Logger.Level = .info) -> Logger {
        let handler = LineLogHandler(
            logLevel: logLevel ?? commandLevel,
            metadataProvider: .requests,
            format: logFormat,
            label: label
        )
        return Logger(label: label) { _ in handler }
    }
}
