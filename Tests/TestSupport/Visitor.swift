import Glibc

/// A client of an HTTP server: one connection, one request after the other, waiting for each answer.
///
/// It blocks; use it inside `offPool`. Deliberately not the parser of `HTTPServer`, which it helps to test.
public final class Visitor: Sendable {
    /// What a server answered.
    public struct Answer: Sendable, Equatable {
        public var status: Int
        /// Names in lower case.
        public var fields: [String: String] = [:]
        public var body = ""
    }

    private let descriptor: CInt

    /// Connects to a port of this machine.
    public init(port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        descriptor = try withUnsafeBytes(of: address) { try Self.connect(AF_INET, $0) }
    }

    /// Connects to a unix socket.
    public init(socket path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        descriptor = try withUnsafeBytes(of: address) { try Self.connect(AF_UNIX, $0) }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads the whole answer.
    public func ask(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        fields: [String: String] = [:]
    ) throws -> Answer {
        try send(method, target, body, fields: fields)
        return try answer(toHead: method == "HEAD")
    }

    /// Sends a request.
    public func send(_ method: String, _ target: String, _ body: String? = nil, fields: [String: String] = [:]) throws {
        let host = fields["Host"] ?? "localhost"
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        for (name, value) in fields where name != "Host" { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + (body ?? ""))
    }

    /// Sends text as it is. A server that has answered and hung up is no failure: the answer is there to be read.
    public func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if sent < 0, errno == EPIPE || errno == ECONNRESET { return }
            guard sent > 0 else { throw TestServerError(what: "send: errno \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Reads an answer to its end.
    public func answer(toHead: Bool = false) throws -> Answer {
        var answer = try head()
        if toHead { return answer }
        if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
            answer.body = String(decoding: try receive(length), as: UTF8.self)
        } else if answer.fields["transfer-encoding"] == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        }
        return answer
    }

    /// Whether something can be read, waiting for it so long.
    public func hasAnswer(within time: Duration) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        return poll(&ready, 1, CInt(clamping: milliseconds)) > 0
    }

    /// Reads status and fields only.
    public func head() throws -> Answer {
        let status = try line()
        var answer = Answer(status: Int(status.split(separator: " ").dropFirst().first ?? "") ?? 0)
        while true {
            let field = try line()
            guard let colon = field.firstIndex(of: ":") else { return answer }
            answer.fields[field[..<colon].lowercased()] = String(field[colon...].dropFirst(2))
        }
    }

    /// One chunk of a chunked body; nil for the last.
    public func chunk() throws -> String? {
        guard let size = Int(try line(), radix: 16) else { throw TestServerError(what: "no size of a chunk") }
        let bytes = try receive(size)
        _ = try line()
        return size == 0 ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private func line() throws -> String {
        var bytes: [UInt8] = []
        while bytes.suffix(2) != [13, 10] { bytes += try receive(1) }
        return String(decoding: bytes.dropLast(2), as: UTF8.self)
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(count, 1), 65_536))
        while all.count < count {
            let got = recv(descriptor, &buffer, min(buffer.count, count - all.count), 0)
            guard got > 0 else { throw TestServerError(what: got == 0 ? "the end came early" : "recv: errno \(errno)") }
            all += buffer[..<got]
        }
        return all
    }

    private static func connect(_ family: CInt, _ address: UnsafeRawBufferPointer) throws -> CInt {
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // A test that waits for ever says less than one that fails.
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = address.withMemoryRebound(to: sockaddr.self) {
            Glibc.connect(descriptor, $0.baseAddress, socklen_t(address.count))
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw TestServerError(what: "connect: \(String(cString: strerror(code)))")
        }
        return descriptor
    }
}
