import CLibPQ
import SQLText

/// A statement the server has parsed.
struct Prepared: Equatable {
    let text: String
    let types: [SQLType]
}

extension Session {
    /// Extended protocol: binds and results in binary.
    func query(_ text: String, _ values: [SQLValue], _ operation: Operation) throws -> Rows {
        try Self.checkText(text)
        let binds = try EncodedBinds(values)
        return Rows(
            try run(operation) { connection in
                binds.withPointers { values in
                    PQsendQueryParams(
                        connection,
                        text,
                        Int32(binds.count),
                        binds.types,
                        values,
                        binds.lengths,
                        binds.formats,
                        1
                    )
                }
            }
        )
    }

    /// Simple protocol: several statements, no binds, results thrown away.
    func script(_ text: String, _ operation: Operation) throws {
        try Self.checkText(text)
        _ = try run(operation) { PQsendQuery($0, text) }
    }

    /// Makes the name stand for the statement; it costs nothing if it does so already.
    func prepare(_ name: String, _ statement: RenderedSQL, _ operation: Operation) throws {
        try Self.checkText(statement.text)
        try Self.checkText(name)
        let wanted = Prepared(text: statement.text, types: statement.types)
        if prepared[name] == wanted, isOpen { return }
        if prepared[name] != nil { try deallocate(name, operation) }
        let types = wanted.types.map(\.oid)
        _ = try run(operation) { PQsendPrepare($0, name, statement.text, Int32(types.count), types) }
        prepared[name] = wanted
    }

    /// Makes the server forget a statement.
    func deallocate(_ name: String, _ operation: Operation) throws {
        guard prepared[name] != nil else { throw StatementError.notPrepared(name) }
        try script("deallocate \"\(name.replacing("\"", with: "\"\""))\"", operation)
        prepared[name] = nil
    }

    /// Runs a prepared statement.
    func execute(_ name: String, _ values: [SQLValue], _ operation: Operation) throws -> Rows {
        if let statement = prepared[name] {
            guard statement.types.elementsEqual(values.lazy.map(\.type)) else {
                throw StatementError.bindMismatch(
                    statement: name,
                    expected: statement.types,
                    given: values.map(\.type)
                )
            }
        } else if isOpen {
            throw StatementError.notPrepared(name)
        }
        let binds = try EncodedBinds(values)
        return Rows(
            try run(operation) { connection in
                binds.withPointers { values in
                    PQsendQueryPrepared(
                        connection,
                        name,
                        Int32(binds.count),
                        values,
                        binds.lengths,
                        binds.formats,
                        1
                    )
                }
            }
        )
    }

    /// C would silently send what stands before the NUL.
    static func checkText(_ text: String) throws(StatementError) {
        if text.utf8.contains(0) { throw .containsNUL }
    }
}
