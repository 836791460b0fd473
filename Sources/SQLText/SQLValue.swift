/// A value that travels to PostgreSQL beside the statement text, never inside it.
///
/// The case decides the type of the bind. Float8 values and arrays travel in PostgreSQL's binary format, so that a
/// weight arrives with the same bits it left with.
public enum SQLValue: Sendable, Hashable {
    case null(SQLType)
    case bool(Bool)
    case int4(Int32)
    case int8(Int64)
    case float8(Double)
    case text(String)
    case bytea([UInt8])
    /// JSON as text; PostgreSQL parses it.
    case jsonb(String)
    /// A UUID in its canonical text form.
    case uuid(String)
    case float8Array([Double])
    case int8Array([Int64])
    case textArray([String])

    /// The PostgreSQL type of the bind.
    public var type: SQLType {
        switch self {
        case .null(let type): type
        case .bool: .bool
        case .int4: .int4
        case .int8: .int8
        case .float8: .float8
        case .text: .text
        case .bytea: .bytea
        case .jsonb: .jsonb
        case .uuid: .uuid
        case .float8Array: .float8Array
        case .int8Array: .int8Array
        case .textArray: .textArray
        }
    }
}

/// The bind types that pgradient uses, by their names in PostgreSQL.
public enum SQLType: String, Sendable, Hashable, CaseIterable {
    case bool
    case int4
    case int8
    case float8
    case text
    case bytea
    case jsonb
    case uuid
    case timestamptz
    case float8Array = "float8[]"
    case int8Array = "int8[]"
    case textArray = "text[]"
}

/// A Swift value that knows its bind.
public protocol SQLBindable {
    /// The value as it travels to the server.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    public var sqlValue: SQLValue { self }
}
extension Bool: SQLBindable {
    public var sqlValue: SQLValue { .bool(self) }
}
extension Int: SQLBindable {
    public var sqlValue: SQLValue { .int8(Int64(self)) }
}
extension Int64: SQLBindable {
    public var sqlValue: SQLValue { .int8(self) }
}
extension Int32: SQLBindable {
    public var sqlValue: SQLValue { .int4(self) }
}
extension Double: SQLBindable {
    public var sqlValue: SQLValue { .float8(self) }
}
extension String: SQLBindable {
    public var sqlValue: SQLValue { .text(self) }
}
