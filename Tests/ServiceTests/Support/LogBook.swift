import Logging
import Synchronization

/// Keeps what is logged.
final class LogBook: Sendable {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let kept = Mutex<[Entry]>([])

    var entries: [Entry] { kept.withLock { $0 } }

    /// - Parameter provider: as the daemon's own logger has one.
    func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: "book") { _ in Handler(book: self, metadataProvider: provider) }
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var all = metadataProvider?.get() ?? [:]
            all.merge(metadata) { $1 }
            all.merge(event.metadata ?? [:]) { $1 }
            let entry = Entry(
                level: event.level,
                message: "\(event.message)",
                metadata: all.mapValues { "\($0)" }
            )
            book.kept.withLock { $0.append(entry) }
        }
    }
}
