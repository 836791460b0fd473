import CLibPQ
import SQLText

/// The binds of a statement in PostgreSQL's binary format, all in one buffer.
///
/// The formats are those of the server's `…_recv` functions: integers and floats big-endian, arrays as a header of
/// dimensions, null flag, element type, length and lower bound, then each element after its size.
struct EncodedBinds {
    private(set) var types: [Oid] = []
    private(set) var lengths: [Int32] = []
    /// Offsets into `bytes`; negative for NULL.
    private var starts: [Int] = []
    private var bytes: [UInt8] = []

    var count: Int { types.count }
    /// 1 is binary, for all of them.
    var formats: [Int32] { [Int32](repeating: 1, count: count) }

    /// - Throws: `StatementError` for a value or a number of values the protocol can't carry.
    init(_ values: [SQLValue]) throws(StatementError) {
        guard values.count <= StatementError.maximumBinds else { throw .tooManyBinds(values.count) }
        types.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        starts.reserveCapacity(values.count)
        for (index, value) in values.enumerated() { try append(value, position: index + 1) }
        // A buffer has an address only if there is something in it.
        bytes.append(0)
    }

    /// Lends libpq the addresses of the values.
    func withPointers<R>(_ body: ([UnsafePointer<CChar>?]) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return try body(starts.map { start in start < 0 ? nil : base.map { $0 + start } })
        }
    }

    private mutating func append(_ value: SQLValue, position: Int) throws(StatementError) {
        types.append(value.type.oid)
        if case .null = value {
            starts.append(-1)
            lengths.append(0)
            return
        }
        let start = bytes.count
        starts.append(start)
        guard encode(value) else { throw .malformedUUID(position: position) }
        let length = bytes.count - start
        // The server's limit for one value, MaxAllocSize.
        guard length < 1 << 30 else { throw .bindTooLarge(position: position, bytes: length) }
        lengths.append(Int32(length))
    }

    /// - Returns: false for a UUID that is none; everything else has an encoding.
    private mutating func encode(_ value: SQLValue) -> Bool {
        switch value {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int4(let value): append(value)
        case .int8(let value): append(value)
        case .float8(let value): append(value.bitPattern)
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .bytea(let value): bytes.append(contentsOf: value)
        case .jsonb(let value):
            bytes.append(1)  // the version of the format
            bytes.append(contentsOf: value.utf8)
        case .uuid(let value):
            guard let uuid = UUIDText.parse(value) else { return false }
            bytes.append(contentsOf: uuid)
        case .float8Array(let values):
            appendWords(count: values.count, element: .float8) { values[$0].bitPattern }
        case .int8Array(let values):
            appendWords(count: values.count, element: .int8) { UInt64(bitPattern: values[$0]) }
        case .textArray(let values):
            appendArrayHeader(count: values.count, element: .text)
            for value in values {
                append(Int32(clamping: value.utf8.count))
                bytes.append(contentsOf: value.utf8)
            }
        }
        return true
    }

    private mutating func append<Word: FixedWidthInteger>(_ word: Word) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func appendArrayHeader(count: Int, element: TypeOID) {
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(0))
        append(element.rawValue)
        guard count > 0 else { return }
        append(Int32(clamping: count))
        append(Int32(1))
    }

    /// Elements of 8 bytes, written in place: 12 bytes each with the size before it.
    private mutating func appendWords(count: Int, element: TypeOID, _ word: (Int) -> UInt64) {
        appendArrayHeader(count: count, element: element)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count * 12))
        bytes.withUnsafeMutableBytes { buffer in
            for index in 0..<count {
                let offset = start + index * 12
                buffer.storeBytes(of: Int32(8).bigEndian, toByteOffset: offset, as: Int32.self)
                buffer.storeBytes(of: word(index).bigEndian, toByteOffset: offset + 4, as: UInt64.self)
            }
        }
    }
}
