/// A piece of SQL: text, bound values, holes and quoted identifiers.
///
/// Interpolation binds by default, so a value never becomes statement text by accident:
///
/// ```swift
/// let id = 7
/// let sql: SQL = "select * from \(identifier: table) where id = \(id)"
/// sql.render().text  // select * from "my table" where id = $1
/// ```
///
/// Fragments nest: interpolating a `SQL` embeds its segments, and placeholders are numbered only when the whole is
/// rendered. Raw text has to be spelled out as `unsafeRaw:`.
public struct SQL: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case text(String)
        case bind(SQLValue)
        case hole(Hole)
    }

    private(set) var segments: [Segment] = []

    /// An empty fragment.
    public init() {}

    /// Text taken as it is. Only for text that the program itself wrote.
    public init(unsafeRaw text: String) {
        append(text: text)
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { segments.isEmpty }

    /// Appends another fragment.
    public mutating func append(_ other: SQL) {
        for segment in other.segments {
            if case .text(let text) = segment { append(text: text) } else { segments.append(segment) }
        }
    }

    /// Appends text taken as it is. Only for text that the program itself wrote.
    public mutating func append(unsafeRaw text: String) { append(text: text) }

    mutating func append(text: String) {
        guard !text.isEmpty else { return }
        // Growing the last text in place keeps a statement of 100,000 operations a handful of segments.
        if case .text(var last)? = segments.last {
            segments.removeLast()
            last += text
            segments.append(.text(last))
        } else {
            segments.append(.text(text))
        }
    }

    mutating func append(segment: Segment) { segments.append(segment) }

    /// A named placeholder whose value is given at execution.
    public static func hole(_ name: String, _ type: SQLType) -> SQL {
        var sql = SQL()
        sql.append(segment: .hole(Hole(name: name, type: type)))
        return sql
    }

    /// A bound value.
    public static func bind(_ value: SQLValue) -> SQL {
        var sql = SQL()
        sql.append(segment: .bind(value))
        return sql
    }

    /// Joins two fragments.
    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    /// Appends a fragment.
    public static func += (left: inout SQL, right: SQL) { left.append(right) }
}

/// A placeholder that is filled when the statement is executed: prepared once, run with many values.
public struct Hole: Sendable, Hashable {
    /// The name by which the value is given. The same name used twice is one placeholder.
    public let name: String
    /// The type the server is told.
    public let type: SQLType

    /// Makes a hole.
    public init(name: String, type: SQLType) {
        self.name = name
        self.type = type
    }
}

extension Sequence<SQL> {
    /// All fragments with commas between them.
    ///
    /// No strings have this, so a closure that makes fragments can't be mistaken for one that makes text.
    public var commaSeparated: SQL { joined(by: ", ") }

    /// All fragments with another between them.
    public func joined(by separator: SQL) -> SQL {
        var joined = SQL()
        for (index, fragment) in enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(fragment)
        }
        return joined
    }
}
