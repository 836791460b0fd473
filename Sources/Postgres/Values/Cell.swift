/// One value of a result as it came, in binary. Valid only while its row is being read.
public struct Cell {
    let bytes: UnsafeRawBufferPointer
    let oid: UInt32

    var type: TypeOID? { TypeOID(rawValue: oid) }

    /// A big-endian number at an offset.
    /// - Throws: `CellProblem.malformed` if there are too few bytes.
    func load<Word: FixedWidthInteger>(_: Word.Type, at offset: Int = 0) throws(CellProblem) -> Word {
        guard offset >= 0, offset + MemoryLayout<Word>.size <= bytes.count else { throw .malformed }
        return Word(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
    }

    func text(from offset: Int = 0) throws(CellProblem) -> String {
        guard offset <= bytes.count else { throw .malformed }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[offset...]), as: UTF8.self)
    }
}

/// Why a value could not be read; the row adds where.
enum CellProblem: Error {
    /// The column is of another type.
    case wrongType
    case null
    /// An array has NULL among its elements.
    case nullElement(Int)
    /// An array of more than one dimension.
    case dimensions(Int)
    case outOfRange(String)
    /// The bytes are not what the type has.
    case malformed
}

/// A Swift type that a column can be read as.
///
/// | Swift | PostgreSQL |
/// |---|---|
/// | `Bool` | bool |
/// | `Int`, `Int64` | int2, int4, int8, oid |
/// | `Int32` | int2, int4 |
/// | `Double` | float4, float8, int2, int4, numeric; date, timestamp and timestamptz as seconds since 1970 (UTC), infinity included |
/// | `String` | text, varchar, char, name, json, jsonb, uuid, numeric (exact) |
/// | `[UInt8]` | bytea |
/// | `[Double]` | float4[], float8[] |
/// | `[Int]`, `[Int64]` | int2[], int4[], int8[] |
/// | `[String]` | text[], varchar[], name[] |
///
/// Any of them optional reads NULL as nil. Other types need a cast in the statement.
public protocol RowDecodable {
    /// Reads a value; nil is NULL.
    init(cell: Cell?) throws
}

extension Optional: RowDecodable where Wrapped: RowDecodable {
    public init(cell: Cell?) throws {
        self = if let cell { .some(try Wrapped(cell: cell)) } else { .none }
    }
}

extension Optional<Cell> {
    func unwrapped() throws(CellProblem) -> Cell {
        guard let self else { throw .null }
        return self
    }
}
