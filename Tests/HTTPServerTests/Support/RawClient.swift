import Foundation

@testable import HTTPServer

/// A blocking socket that says exactly what a test tells it to. Use it inside `offPool`.
final class RawClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Response: Equatable {
        var status: Int
        /// Names in lower case.
        var fields: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let descriptor: Int32
    private let address: SocketAddress

    /// - Parameter receiveBuffer: bytes the kernel may hold for this client; small makes a slow reader.
    convenience init(_ address: ListenAddress, receiveBuffer: Int32? = nil) throws {
        try self.init(unconnected: address, receiveBuffer: receiveBuffer)
        try connect()
    }

    /// A socket only; `connect` needs no further descriptor.
    init(unconnected address: ListenAddress, receiveBuffer: Int32? = nil) throws {
        let native: SocketAddress? =
            switch address {
            case .tcp(let host, let port): SocketAddress(host: host, port: UInt16(port))
            case .unix(let path): SocketAddress(path: path)
            }
        guard let native else { throw Failure(description: "no address \(address)") }
        self.address = native
        descriptor = socket(native.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        // A test that waits for ever says less than one that fails.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func connect() throws {
        guard address.withPointer({ Foundation.connect(descriptor, $0, $1) }) == 0 else {
            throw Failure(description: "connect: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(sent)
        }
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Hangs up with a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// What has come, at most `most` bytes; empty at the end of the stream.
    func receive(most: Int = 65_536) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &buffer, most, 0)
        guard count >= 0 else { throw Failure(description: "recv: \(String(cString: strerror(errno)))") }
        return Array(buffer[..<count])
    }

    func receiveToEnd() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try receive()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    func receiveTextToEnd() throws -> String {
        String(decoding: try receiveToEnd(), as: UTF8.self)
    }

    /// Exactly so many bytes.
    func receive(exactly count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            let bytes = try receive(most: count - all.count)
            if bytes.isEmpty { throw Failure(description: "end after \(all.count) of \(count) bytes") }
            all += bytes
        }
        return all
    }

    func receiveLine() throws -> String {
        var line: [UInt8] = []
        while line.suffix(2) != [13, 10] { line += try receive(exactly: 1) }
        return String(decoding: line.dropLast(2), as: UTF8.self)
    }

    /// The next final response, with its body unless it answers HEAD.
    func receiveResponse(toHead: Bool = false) throws -> Response {
        var response = try receiveHead()
        while response.status < 200 { response = try receiveHead() }
        if toHead { return response }
        if let length = response.fields["content-length"] {
            response.body = try receive(exactly: Int(length) ?? 0)
        } else if response.fields["transfer-encoding"] == "chunked" {
            while let chunk = try receiveChunk() { response.body += chunk }
        }
        return response
    }

    private func receiveHead() throws -> Response {
        let words = try receiveLine().split(separator: " ")
        guard words.count > 1, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Failure(description: "no status line: \(words)")
        }
        var response = Response(status: status, fields: [:], body: [])
        while true {
            let line = try receiveLine()
            if line.isEmpty { return response }
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            response.fields[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
        }
    }

    /// One chunk of a chunked body, nil for the last.
    func receiveChunk() throws -> [UInt8]? {
        let bytes = try receive(exactly: Int(try receiveLine(), radix: 16) ?? 0)
        guard try receiveLine().isEmpty else { throw Failure(description: "a chunk without an end") }
        return bytes.isEmpty ? nil : bytes
    }

    func get(_ target: String = "/", fields: String = "") throws -> Response {
        try send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
        return try receiveResponse()
    }
}

/// One request on a connection of its own.
func fetch(_ address: ListenAddress, _ target: String = "/") throws -> RawClient.Response {
    try RawClient(address).get(target)
}

/// Runs blocking code on a thread of its own: the pool that runs the tests also runs the handlers.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
    }
}
