/// Percent-encoding as RFC 3986, 2.1 has it, decoded strictly.
enum PercentDecoding {
    /// The text behind `bytes`.
    /// - Parameter plusIsSpace: whether `+` stands for a space, as in a query that a form made.
    /// - Throws: `malformed` for an incomplete or non-hexadecimal escape, for NUL, and for what is not UTF-8.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) throws(RequestFault) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                decoded.append(try escape(at: index, in: bytes))
                index += 3
            case UInt8(ascii: "+") where plusIsSpace:
                decoded.append(.space)
                index += 1
            case let byte:
                decoded.append(byte)
                index += 1
            }
        }
        guard !decoded.contains(0) else { throw .malformed("the target holds an encoded NUL") }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .malformed("the target is not UTF-8 after percent-decoding")
        }
        return text
    }

    private static func escape(at index: Int, in bytes: ArraySlice<UInt8>) throws(RequestFault) -> UInt8 {
        guard index + 2 < bytes.endIndex, let high = bytes[index + 1].hexValue, let low = bytes[index + 2].hexValue
        else { throw .malformed("a percent sign in the target is not followed by two hexadecimal digits") }
        return high << 4 | low
    }
}
