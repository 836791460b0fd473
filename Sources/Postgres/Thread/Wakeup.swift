import CLibPQ
import Glibc

/// A descriptor that ends a `poll` on the connection's thread from any other thread.
final class Wakeup: Sendable {
    let descriptor: Int32

    init() throws(ConnectionError) {
        descriptor = pgradient_eventfd()
        guard descriptor >= 0 else { throw .unreachable(reason: "no descriptor is left: \(systemMessage(errno))") }
    }

    deinit { Glibc.close(descriptor) }

    /// Makes the descriptor readable. The counter can't overflow before it is read, so the write never fails for long.
    func signal() {
        var one: UInt64 = 1
        _ = Glibc.write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Makes the descriptor unreadable again.
    func drain() {
        var count: UInt64 = 0
        _ = Glibc.read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}

/// What the C library says about an `errno`.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "system error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
