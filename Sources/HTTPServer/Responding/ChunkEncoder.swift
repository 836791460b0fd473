/// Chunked transfer coding, the sending side (RFC 9112, 7.1).
enum ChunkEncoder {
    /// The chunk that ends a body, without trailers.
    static let end = Array("0\r\n\r\n".utf8)

    /// One chunk. `bytes` must not be empty: an empty chunk would end the body.
    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        var chunk: [UInt8] = []
        chunk.reserveCapacity(bytes.count + 12)
        chunk.append(contentsOf: String(bytes.count, radix: 16).utf8)
        chunk.append(contentsOf: [.carriageReturn, .lineFeed])
        chunk.append(contentsOf: bytes)
        chunk.append(contentsOf: [.carriageReturn, .lineFeed])
        return chunk
    }
}
