import Logging
import Synchronization

/// Counts the statements that connections log, by name.
final class StatementCount: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    subscript(name: String) -> Int { counts.withLock { $0[name, default: 0] } }

    var logger: Logger { Logger(label: "statements") { _ in Handler(count: self) } }

    private struct Handler: LogHandler {
        let count: StatementCount
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard event.message == "statement", let name = event.metadata?["name"] else { return }
            count.counts.withLock { $0["\(name)", default: 0] += 1 }
        }
    }
}
