import CLibPQ
import Logging

/// Where libpq leaves the server's notices. It must live as long as the `PGconn` that points to it.
final class NoticeSink {
    private let logger: Logger
    /// Why the server ended an idle session: it says so in a notice before it closes the socket.
    private(set) var lastFatal: String?

    init(logger: Logger) { self.logger = logger }

    /// Takes the notices of a connection.
    func attach(to connection: OpaquePointer) {
        _ = PQsetNoticeReceiver(
            connection,
            { sink, result in
                guard let sink, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(sink).takeUnretainedValue().receive(result)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// The detail stays out: it may quote rows.
    private func receive(_ result: OpaquePointer) {
        let severity = result.errorField("V") ?? "NOTICE"
        let message = result.errorField("M") ?? oneLine(String(cString: PQresultErrorMessage(result)))
        if severity == "FATAL" || severity == "PANIC" { lastFatal = message }
        var metadata: Logger.Metadata = ["severity": "\(severity)"]
        if let state = result.errorField("C") { metadata["sqlstate"] = "\(state)" }
        logger.log(level: Self.level(severity), "server: \(message)", metadata: metadata)
    }

    /// The levels of the manual's "Message Severity Levels".
    static func level(_ severity: String) -> Logger.Level {
        switch severity {
        case "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5": .debug
        case "LOG", "INFO": .info
        case "NOTICE": .notice
        default: .warning
        }
    }
}
