import CLibPQ

/// The rows of a result. They stay in the memory libpq read them into; columns are read when asked for.
public struct Rows: Sendable, RandomAccessCollection {
    /// A column of the result.
    public struct Column: Sendable, Hashable {
        public let name: String
        /// Its type's number in `pg_type`.
        public let typeOID: UInt32
    }

    let result: ServerResult
    /// The columns in their order.
    public let columns: [Column]
    /// Where a name stands; negative if several columns have it.
    let positions: [String: Int]

    init(_ result: ServerResult) {
        self.result = result
        columns = (0..<PQnfields(result.pointer)).map { index in
            Column(name: String(cString: PQfname(result.pointer, index)), typeOID: PQftype(result.pointer, index))
        }
        positions = Dictionary(columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { _, _ in -1 })
    }

    /// Rows the statement inserted, updated, deleted or selected; 0 for one that counts none.
    public var affectedRows: Int { result.affectedRows }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(PQntuples(result.pointer)) }

    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return Row(rows: self, index: position)
    }

    /// One column of all rows.
    /// - Throws: `RowDecodingError`.
    public func decode<T: RowDecodable>(_ type: T.Type, _ column: String) throws(RowDecodingError) -> [T] {
        var values: [T] = []
        values.reserveCapacity(count)
        for row in self { values.append(try row.decode(T.self, column)) }
        return values
    }
}

/// One row of a result.
public struct Row: Sendable {
    let rows: Rows
    let index: Int

    /// Reads a column by name.
    /// - Throws: `RowDecodingError` if there is none or several of that name, or it can't be read as that type.
    public func decode<T: RowDecodable>(_ type: T.Type, _ column: String) throws(RowDecodingError) -> T {
        guard let position = rows.positions[column] else {
            throw RowDecodingError(column: column, problem: .missing(among: rows.columns.map(\.name)))
        }
        guard position >= 0 else { throw RowDecodingError(column: column, problem: .ambiguous) }
        return try decode(T.self, at: position)
    }

    /// Reads a column by its position, counted from 0.
    /// - Throws: `RowDecodingError`.
    public func decode<T: RowDecodable>(_ type: T.Type = T.self, at position: Int) throws(RowDecodingError) -> T {
        guard rows.columns.indices.contains(position) else {
            let problem = RowDecodingError.Problem.missing(among: rows.columns.map(\.name))
            throw RowDecodingError(column: "#\(position)", problem: problem)
        }
        let column = rows.columns[position]
        // The cell points into the result, which has to outlive the reading.
        return try withExtendedLifetime(rows.result) { result throws(RowDecodingError) in
            do {
                return try T(cell: cell(result.pointer, Int32(position), column.typeOID))
            } catch {
                throw RowDecodingError(column: column, wanted: "\(T.self)", error)
            }
        }
    }

    private func cell(_ result: OpaquePointer, _ column: Int32, _ oid: UInt32) -> Cell? {
        if PQgetisnull(result, Int32(index), column) == 1 { return nil }
        let length = Int(PQgetlength(result, Int32(index), column))
        let start = PQgetvalue(result, Int32(index), column)
        return Cell(bytes: UnsafeRawBufferPointer(start: start, count: length), oid: oid)
    }
}
