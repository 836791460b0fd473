extension SQL: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) {
        append(text: value)
    }

    public init(stringInterpolation: Interpolation) {
        self = stringInterpolation.sql
    }

    /// Collects the segments of an interpolated fragment.
    public struct Interpolation: StringInterpolationProtocol {
        var sql = SQL()

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { sql.append(text: literal) }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.append(segment: .bind(value.sqlValue))
        }

        /// Embeds another fragment.
        public mutating func appendInterpolation(_ fragment: SQL) { sql.append(fragment) }

        /// A name whose quoting was checked when it was made.
        public mutating func appendInterpolation(_ identifier: Identifier) { sql.append(text: identifier.quoted) }

        /// A name with its schema.
        public mutating func appendInterpolation(_ table: QualifiedName) { sql.append(text: table.quoted) }

        /// A placeholder filled at execution.
        public mutating func appendInterpolation(hole name: String, _ type: SQLType) {
            sql.append(segment: .hole(Hole(name: name, type: type)))
        }

        /// A float8 constant written into the text, with the bits it has.
        public mutating func appendInterpolation(literal value: Double) {
            sql.append(text: SQL.literal(value))
        }

        /// An integer written into the text: for counts and indexes that are part of a statement's shape.
        public mutating func appendInterpolation(literal value: Int) { sql.append(text: String(value)) }

        /// A string written into the text as a quoted constant, for text a person will paste elsewhere.
        public mutating func appendInterpolation(literal value: String) { sql.append(text: SQL.literal(value)) }

        /// Text taken as it is. Only for text that the program itself wrote.
        public mutating func appendInterpolation(unsafeRaw text: String) { sql.append(text: text) }
    }
}

extension SQL {
    /// A float8 constant as SQL text. Always cast: a bare `0.5` is `numeric` in PostgreSQL, slow and not IEEE.
    public static func literal(_ value: Double) -> String {
        if value.isNaN { return "'NaN'::float8" }
        if value.isInfinite { return value < 0 ? "'-Infinity'::float8" : "'Infinity'::float8" }
        // Swift prints the shortest text that reads back to the same bits; whole numbers need no ".0" after them.
        let text = "\(value)"
        return "'\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)'::float8"
    }

    /// A string constant as SQL text, safe under either setting of `standard_conforming_strings`.
    public static func literal(_ value: String) -> String {
        let quoted = "'" + value.replacing("'", with: "''") + "'"
        return value.contains("\\") ? " E" + quoted.replacing("\\", with: "\\\\") : quoted
    }
}
