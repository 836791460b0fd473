import OrderedCollections

/// Text that is no JSON, and where it stops being so.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The byte in the line, from 1.
    public let column: Int
    /// What is wrong there.
    public let reason: String

    public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSON {
    /// Reads JSON text (RFC 8259), objects in their order.
    ///
    /// Foundation's decoder says neither where the text is at fault nor that a name stands twice, and a person who
    /// wrote it by hand needs to know both.
    /// - Throws: `JSONSyntaxError` with the place of the first fault.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        var parser = Parser(bytes: Array(bytes))
        self = try parser.document()
    }
}

private struct Parser {
    let bytes: [UInt8]
    var position = 0

    /// Objects and arrays inside each other; keeps hostile text from exhausting the stack.
    static let maximumDepth = 64

    mutating func document() throws(JSONSyntaxError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fault("there is more text after the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        skipSpace()
        guard let byte = current else { throw fault("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "'"): throw fault("strings stand in double quotes")
        case UInt8(ascii: "}"), UInt8(ascii: "]"): throw fault("a value is missing here")
        default: throw fault("no value begins with this character")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        try enter(depth)
        var members: OrderedDictionary<String, JSON> = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw fault("a name in double quotes is expected") }
            let start = position
            let name = try string()
            guard take(":") else { throw fault("a colon is expected after the name \"\(name)\"") }
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: name) == nil else {
                position = start
                throw fault("the name \"\(name)\" stands twice")
            }
        } while take(",")
        guard take("}") else { throw fault("a comma or } is expected") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        try enter(depth)
        var values: [JSON] = []
        if take("]") { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw fault("a comma or ] is expected") }
        return .array(values)
    }

    private mutating func enter(_ depth: Int) throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) levels are nested") }
        position += 1
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let length = text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { bytes[position...].prefix(length).elementsEqual($0) }
        guard matches else { throw fault("no value begins with this character") }
        position += length
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Only float8 has a zero with a sign.
        if isWhole, text != "-0", let whole = Int(text) { return .integer(whole) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw fault("the number is too large for float8")
        }
        return .number(value)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard let first = current, isDigit(first) else { throw fault("a digit is expected") }
        while let byte = current, isDigit(byte) { position += 1 }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var content: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw fault("the string before this is no UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"): content += try escape()
            case 0..<0x20: throw fault("a control character stands in a string; write it as \\u00..")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw fault("the text ends inside a string")
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        position += 1
        guard let byte = current else { throw fault("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try unicode()).utf8)
        default:
            position -= 1
            throw fault("no such escape")
        }
    }

    private mutating func unicode() throws(JSONSyntaxError) -> Unicode.Scalar {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(UInt32(high)) { return scalar }
        let isFollowed = bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")])
        guard (0xd800..<0xdc00).contains(high), isFollowed else { throw fault("half of a surrogate pair stands alone") }
        position += 2
        let low = try codeUnit()
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(high) - 0xd800) << 10 + UInt32(low) - 0xdc00)
        else { throw fault("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        let text = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw fault("four hexadecimal digits are expected")
        }
        position += 4
        return unit
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func skipSpace() {
        while let byte = current, [0x20, 0x0a, 0x0d, 0x09].contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private func fault(_ reason: String) -> JSONSyntaxError {
        let before = bytes.prefix(position)
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $0 + ($1 == 0x0a ? 1 : 0) }
        return JSONSyntaxError(line: line, column: position - lineStart + 1, reason: reason)
    }
}
