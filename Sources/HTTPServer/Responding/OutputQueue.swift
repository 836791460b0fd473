/// Bytes on their way to a client: a short list of segments, so that a large body is not copied behind its header,
/// and small writes are joined.
struct OutputQueue {
    private static let joinBelow = 16 * 1024

    private var segments: [[UInt8]] = []
    /// Bytes of the first segment that are sent already.
    private var offset = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8]) {
        if bytes.isEmpty { return }
        count += bytes.count
        if let last = segments.last, last.count + bytes.count <= Self.joinBelow {
            segments[segments.count - 1].append(contentsOf: bytes)
        } else {
            segments.append(bytes)
        }
    }

    /// Lends the bytes to send next, and whether more segments follow.
    func withFirstSegment<Result>(_ body: (UnsafeRawBufferPointer, _ more: Bool) -> Result) -> Result? {
        guard let first = segments.first else { return nil }
        return first.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset...]), segments.count > 1) }
    }

    /// Forgets bytes of the first segment that have been sent.
    mutating func drop(_ sent: Int) {
        offset += sent
        count -= sent
        guard let first = segments.first, offset >= first.count else { return }
        offset = 0
        // An idle stream holds no buffer.
        if count == 0 { segments = [] } else { segments.removeFirst() }
    }
}
