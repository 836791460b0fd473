import CLinux
import Glibc
import Logging

/// Tells systemd how the daemon is, in the words of sd_notify(3): datagrams to the socket that `NOTIFY_SOCKET` names.
/// A line of text each; no library is needed for that.
struct SystemdNotifier: Sendable {
    /// How often systemd wants a sign of life, if it does.
    let watchdog: Duration?
    private let address: SocketName
    private let logger: Logger

    /// A path, or with a leading `@` a name in the abstract namespace, as bytes of `sun_path`.
    private struct SocketName: Sendable {
        let bytes: [UInt8]

        init?(_ name: String) {
            guard name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count > 1 else { return nil }
            var bytes = Array(name.utf8)
            // An abstract name begins with a zero byte and ends with its length; a path ends with one.
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
            guard bytes.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
            self.bytes = bytes
        }
    }

    /// nil unless systemd, or somebody like it, has asked to be told.
    init?(logger: Logger) {
        guard let name = Self.variable("NOTIFY_SOCKET") else { return nil }
        guard let address = SocketName(name) else {
            logger.warning(
                "NOTIFY_SOCKET can't be used; nobody is told when the daemon is ready",
                metadata: ["socket": "\(name)"]
            )
            return nil
        }
        self.address = address
        self.logger = logger
        watchdog = Self.watchdogInterval
    }

    /// Requests are answered from now on.
    func isReady() { send("READY=1\nSTATUS=ready") }

    /// It will take a while: systemd must not lose its patience as long as this is said again and again.
    func isWaiting(_ reason: String) {
        send("EXTEND_TIMEOUT_USEC=\(Self.patience / .microseconds(1))\nSTATUS=\(Self.line(reason))")
    }

    func isStopping() { send("STOPPING=1\nSTATUS=stopping") }

    func isAlive(_ status: String) {
        send("\(watchdog == nil ? "" : "WATCHDOG=1\n")STATUS=\(Self.line(status))")
    }

    /// Longer than the longest pause between two tries to reach the database.
    private static let patience = Duration.seconds(90)

    private func send(_ message: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return failed(errno) }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address.bytes) }
        let length = MemoryLayout<sa_family_t>.size + address.bytes.count
        let text = Array(message.utf8)
        let sent = withUnsafeBytes(of: target) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { target in
                // Never waits: a listener that does not read must not hold up the daemon.
                sendto(
                    descriptor,
                    text,
                    text.count,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                    target.baseAddress,
                    socklen_t(length)
                )
            }
        }
        if sent < 0 { failed(errno) }
    }

    private func failed(_ code: Int32) {
        logger.warning("systemd can't be told", metadata: ["reason": "\(String(cString: strerror(code)))"])
    }

    /// A message is lines.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// systemd names the process that it means.
    private static var watchdogInterval: Duration? {
        if let process = variable("WATCHDOG_PID"), process != "\(getpid())" { return nil }
        return variable("WATCHDOG_USEC").flatMap { Int64($0) }.flatMap { $0 > 0 ? .microseconds($0) : nil }
    }
}
