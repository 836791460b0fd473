/// The character classes of RFC 9110 and RFC 9112, as bytes.
extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// `tchar` of RFC 9110, 5.6.2: methods and field names are made of these.
    var isToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"): true
        case UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        case UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// What may stand in a field value or a chunk extension: no control byte but the tab.
    var isFieldContent: Bool {
        self == .tab || (self >= 0x20 && self != 0x7F)
    }

    /// What may stand in a request target: visible ASCII without `#`, which never travels.
    ///
    /// A little wider than RFC 3986 (`[`, `|`, `"` and their like pass), because browsers send those in queries.
    var isTarget: Bool {
        self > 0x20 && self < 0x7F && self != UInt8(ascii: "#")
    }

    var isDigit: Bool {
        self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9")
    }

    /// The value of a hexadecimal digit, or nil.
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// ASCII letters in lower case, everything else as it is.
    var lowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}

extension Collection<UInt8> {
    /// Whether the bytes are this ASCII text, letters compared without case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { other in
            count == other.count && zip(self, other).allSatisfy { $0.lowercased == $1.lowercased }
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without optional white space (`OWS`: spaces and tabs) at both ends.
    var trimmed: ArraySlice<UInt8> {
        guard let first = firstIndex(where: { $0 != .space && $0 != .tab }),
            let last = lastIndex(where: { $0 != .space && $0 != .tab })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
