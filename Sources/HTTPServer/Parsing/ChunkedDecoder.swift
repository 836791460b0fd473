/// Takes a chunked body apart (RFC 9112, 7.1). Extensions and trailers are checked, bounded and dropped.
struct ChunkedDecoder: Sendable {
    private enum State {
        case sizeLine
        case data(remaining: Int)
        case dataEnd
        case trailers(FieldSection)
    }

    private var state = State.sizeLine
    private var extensionBytes = 0

    /// Moves what is there of the body to `body`.
    /// - Returns: whether the body is complete.
    mutating func decode(
        from input: inout InputBuffer,
        into body: inout [UInt8],
        limits: Limits
    ) throws(RequestFault) -> Bool {
        while true {
            switch state {
            case .sizeLine:
                guard let line = try takeLine(upTo: limits.chunkLineBytes, from: &input) else { return false }
                let size = try size(line, limits: limits)
                guard size <= limits.bodyBytes - body.count else { throw .bodyTooLarge(limit: limits.bodyBytes) }
                state = size == 0 ? .trailers(FieldSection()) : .data(remaining: size)
            case .data(let remaining):
                let left = remaining - input.move(atMost: remaining, to: &body)
                state = left == 0 ? .dataEnd : .data(remaining: left)
                if left > 0 { return false }
            case .dataEnd:
                guard try takeLine(upTo: 0, from: &input) != nil else { return false }
                state = .sizeLine
            case .trailers(var trailers):
                let complete = try trailers.read(from: &input, limits: limits)
                state = .trailers(trailers)
                return complete
            }
        }
    }

    private func takeLine(upTo limit: Int, from input: inout InputBuffer) throws(RequestFault) -> ArraySlice<UInt8>? {
        do {
            return try input.takeLine(upTo: limit)
        } catch {
            switch error {
            case .tooLong where limit == 0: throw .malformed("a chunk is longer than its announced size")
            case .tooLong: throw .malformed("the line that announces a chunk is too long")
            case .bareLineFeed: throw .malformed("a chunk line does not end with CR LF")
            }
        }
    }

    /// `1*HEXDIG [ ";" extension ]`, without any white space around the number.
    private mutating func size(_ line: ArraySlice<UInt8>, limits: Limits) throws(RequestFault) -> Int {
        let semicolon = line.firstIndex(of: UInt8(ascii: ";")) ?? line.endIndex
        let digits = line[..<semicolon]
        guard !digits.isEmpty, digits.allSatisfy({ $0.hexValue != nil }) else {
            throw .malformed("a chunk size is not a hexadecimal number")
        }
        guard line[semicolon...].allSatisfy(\.isFieldContent) else {
            throw .malformed("a chunk extension holds a control byte")
        }
        extensionBytes += line.count - digits.count
        guard extensionBytes <= limits.headerBytes else { throw .malformed("the chunk extensions are too long") }
        guard digits.count <= 15 else { throw .bodyTooLarge(limit: limits.bodyBytes) }
        return digits.reduce(0) { $0 << 4 | Int($1.hexValue ?? 0) }
    }
}
