import Foundation

/// A connection to the daemon without a library between: what is measured shall be the daemon's time. It blocks, so it
/// belongs on a thread of its own (`Laboratory.offPool`).
final class RawConnection: Sendable {
    let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafeBytes(of: address) { raw in
            raw.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(raw.count)) }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw BenchmarkError("no connection to port \(port): \(String(cString: strerror(code)))")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Sends a request and reads its answer.
    func ask(_ method: String, _ path: String, _ body: String? = nil) throws -> String {
        try send(method, path, body)
        let head = try readHead()
        guard head.hasPrefix("HTTP/1.1 2") else { throw BenchmarkError("\(method) \(path): \(head.prefix(40))") }
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst("content-length: ".count)) }
        return String(decoding: try read(length ?? 0), as: UTF8.self)
    }

    func send(_ method: String, _ path: String, _ body: String? = nil) throws {
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        let text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(length)\r\n\(body ?? "")"
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw BenchmarkError("\(method) \(path) can't be sent: errno \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Status and fields, and not a byte more.
    func readHead() throws -> String { try readThrough("\r\n\r\n") }

    /// Everything up to and including a mark.
    func readThrough(_ mark: String) throws -> String {
        var bytes: [UInt8] = []
        let end = Array(mark.utf8)
        while !bytes.suffix(end.count).elementsEqual(end) { bytes += try read(1) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = recv(descriptor, buffer.baseAddress! + filled, count - filled, 0)
                guard got > 0 else { throw BenchmarkError("the daemon hung up") }
                filled += got
            }
        }
    }
}

extension Laboratory {
    /// Runs blocking code on a thread of its own.
    static func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }
}
