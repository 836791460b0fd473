import Glibc
import Synchronization

/// Listens on a port of the loopback address, and answers every connection with the same bytes, or not at all.
public final class FakeServer: Sendable {
    public let port: Int
    private let listener: Int32
    private let clients = Mutex<[Int32]>([])

    /// - Parameter answer: bytes of the protocol; nil never answers.
    public init(answer: [UInt8]?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw TestServerError(what: "the loopback interface gives no port: errno \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        if let answer { serve(answer) }
    }

    deinit {
        // Wakes the thread out of accept; it ends then.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for client in clients.withLock({ $0 }) { close(client) }
    }

    private func serve(_ answer: [UInt8]) {
        let listener = listener
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Job(listener: listener, answer: answer))
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let client = accept(job.listener, nil, nil)
                    guard client >= 0 else { return nil }
                    _ = read(client, &buffer, buffer.count)
                    _ = write(client, job.answer, job.answer.count)
                    while read(client, &buffer, buffer.count) > 0 {}
                    close(client)
                }
            },
            box.toOpaque()
        )
        pthread_detach(thread)
    }

    private final class Job: Sendable {
        let listener: Int32
        let answer: [UInt8]
        init(listener: Int32, answer: [UInt8]) {
            self.listener = listener
            self.answer = answer
        }
    }
}

/// A message of PostgreSQL's protocol: its letter, its length, its body.
public func message(_ letter: Character, _ body: [UInt8]) -> [UInt8] {
    let length = UInt32(body.count + 4)
    return [letter.asciiValue ?? 0] + withUnsafeBytes(of: length.bigEndian) { Array($0) } + body
}
