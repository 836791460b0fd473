/// Arrays of one dimension without NULLs. The lower bound is not kept.
extension Array: RowDecodable where Element: ArrayElement {
    public init(cell: Cell?) throws {
        self = try Element.array(try cell.unwrapped())
    }
}

/// What an array that can be read consists of.
public protocol ArrayElement {
    /// Reads all elements.
    static func array(_ cell: Cell) throws -> [Self]
}

extension UInt8: ArrayElement {
    public static func array(_ cell: Cell) throws -> [UInt8] {
        guard cell.type == .bytea else { throw CellProblem.wrongType }
        return Array(cell.bytes)
    }
}

extension Double: ArrayElement {
    public static func array(_ cell: Cell) throws -> [Double] {
        switch cell.type {
        case .float8Array: try cell.words(UInt64.self) { Double(bitPattern: $0) }
        case .float4Array: try cell.words(UInt32.self) { Double(Float(bitPattern: $0)) }
        default: throw CellProblem.wrongType
        }
    }
}

extension Int: ArrayElement {
    public static func array(_ cell: Cell) throws -> [Int] {
        switch cell.type {
        case .int8Array: try cell.words(Int64.self) { Int($0) }
        case .int4Array: try cell.words(Int32.self) { Int($0) }
        case .int2Array: try cell.words(Int16.self) { Int($0) }
        default: throw CellProblem.wrongType
        }
    }
}

extension Int64: ArrayElement {
    public static func array(_ cell: Cell) throws -> [Int64] { try Int.array(cell).map { Int64($0) } }
}

extension String: ArrayElement {
    public static func array(_ cell: Cell) throws -> [String] {
        switch cell.type {
        case .textArray, .varcharArray, .nameArray: break
        default: throw CellProblem.wrongType
        }
        var strings: [String] = []
        var offset = Cell.arrayHeader
        for index in 0..<(try cell.arrayCount()) {
            let size = Int(try cell.load(Int32.self, at: offset))
            guard size >= 0 else { throw CellProblem.nullElement(index + 1) }
            offset += 4
            guard offset + size <= cell.bytes.count else { throw CellProblem.malformed }
            strings.append(String(decoding: cell.bytes[offset..<(offset + size)], as: UTF8.self))
            offset += size
        }
        return strings
    }
}

extension Cell {
    /// Bytes before the first element of an array of one dimension.
    fileprivate static let arrayHeader = 20

    fileprivate func arrayCount() throws(CellProblem) -> Int {
        switch try load(Int32.self) {
        case 0: return 0
        case 1: return Int(try load(Int32.self, at: 12))
        case let dimensions: throw .dimensions(Int(dimensions))
        }
    }

    /// Elements of a fixed size, checked once for all of them.
    fileprivate func words<Word: FixedWidthInteger, Element>(
        _: Word.Type,
        _ convert: (Word) -> Element
    ) throws -> [Element] {
        let count = try arrayCount()
        if count == 0 { return [] }
        let size = MemoryLayout<Word>.size
        let stride = 4 + size
        let hasNull = try load(Int32.self, at: 4) != 0
        guard hasNull || bytes.count == Self.arrayHeader + count * stride else { throw CellProblem.malformed }
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let offset = Self.arrayHeader + index * stride
                if hasNull, try load(Int32.self, at: offset) < 0 { throw CellProblem.nullElement(index + 1) }
                let word = Word(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: Word.self))
                buffer.initializeElement(at: index, to: convert(word))
                initialized = index + 1
            }
        }
    }
}
