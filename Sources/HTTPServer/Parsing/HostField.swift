/// The value of a Host field: `uri-host [ ":" port ]` of RFC 9110, 7.2.
enum HostField {
    /// Whether the bytes are a name, an IPv4 address or a bracketed IPv6 address, with an optional port.
    ///
    /// User information, white space, commas and everything else by which two readers of one request could come
    /// to think of two hosts is refused. An empty host is allowed by the grammar and so here.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var port = bytes[bytes.endIndex...]
        var host = bytes
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = bytes[bytes.startIndex..<bracket].dropFirst()
            port = bytes[bracket...].dropFirst()
            guard host.count >= 2, host.allSatisfy({ $0.hexValue != nil || isAddressPunctuation($0) }) else {
                return false
            }
        } else {
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            host = bytes[..<colon]
            port = bytes[colon...]
            guard host.allSatisfy(isNameByte) else { return false }
        }
        guard let colon = port.first else { return true }
        return colon == UInt8(ascii: ":") && port.count <= 6 && port.dropFirst().allSatisfy(\.isDigit)
    }

    private static func isAddressPunctuation(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: byte.isDigit || (byte.lowercased >= UInt8(ascii: "a") && byte.lowercased <= UInt8(ascii: "z"))
        }
    }
}
