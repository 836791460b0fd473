/// Bytes received and not yet used, read line by line.
///
/// No byte is looked at twice for a line end, however the input is cut into pieces.
struct InputBuffer {
    enum LineFault: Error {
        /// More bytes than allowed without a line end. `prefix` holds the allowed ones and is the same however the
        /// input was cut.
        case tooLong(prefix: ArraySlice<UInt8>)
        /// A line feed without a carriage return before it.
        case bareLineFeed
    }

    private var bytes: [UInt8] = []
    private var start = 0
    /// Everything before this index is known to hold no line feed.
    private var scanned = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { start == bytes.count }
    var first: UInt8? { isEmpty ? nil : bytes[start] }

    mutating func append(_ new: some Collection<UInt8>) {
        if start > 0 {
            bytes.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    /// The next line without its CRLF, or nil when it is not complete.
    /// - Parameter limit: the most bytes the line may have, CRLF not counted.
    mutating func takeLine(upTo limit: Int) throws(LineFault) -> ArraySlice<UInt8>? {
        guard let end = bytes[scanned...].firstIndex(of: .lineFeed) else {
            scanned = bytes.count
            // One byte more may be the carriage return.
            guard count <= limit + 1 else { throw .tooLong(prefix: bytes[start..<(start + limit)]) }
            return nil
        }
        guard end - start <= limit + 1 else { throw .tooLong(prefix: bytes[start..<(start + limit)]) }
        guard end > start, bytes[end - 1] == .carriageReturn else { throw .bareLineFeed }
        let line = bytes[start..<(end - 1)]
        use(upTo: end + 1)
        return line
    }

    /// Moves as many bytes as there are, at most `most`, to the end of `body`.
    mutating func move(atMost most: Int, to body: inout [UInt8]) -> Int {
        let moved = min(most, count)
        body.append(contentsOf: bytes[start..<(start + moved)])
        use(upTo: start + moved)
        return moved
    }

    private mutating func use(upTo index: Int) {
        start = index
        scanned = max(scanned, index)
        if isEmpty {
            // An idle connection holds no buffer.
            bytes = []
            start = 0
            scanned = 0
        }
    }
}
