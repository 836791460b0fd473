import Foundation
import TestSupport

/// The socket that systemd would listen on, and what it was told.
final class NotifySocket: Sendable {
    /// For `NOTIFY_SOCKET`.
    let name: String
    /// The lines of all messages.
    let messages = Transcript()

    /// - Parameter name: a path, or with a leading `@` a name in the abstract namespace.
    init(_ name: String) throws {
        self.name = name
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let length = MemoryLayout<sa_family_t>.size + bytes.count
        let bound = withUnsafeBytes(of: address) { raw in
            raw.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(length)) }
        }
        guard bound == 0 else { throw TestServerError(what: "bind \(name): errno \(errno)") }
        // Ends with the test process; a descriptor is all it costs.
        Thread.detachNewThread { [messages] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { break }
                messages.append(buffer[..<count] + [UInt8(ascii: "\n")])
            }
        }
    }

    /// Waits for a line.
    func line(_ part: String) async throws { _ = try await messages.line(containing: part) }

    func count(of line: String) -> Int { messages.text.split(separator: "\n").count { $0 == line } }
}
