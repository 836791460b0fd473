/// A statement as it is sent: text with `$1`, `$2`, … and what each of them stands for.
public struct RenderedSQL: Sendable, Hashable {
    /// What a placeholder is filled with.
    public enum Slot: Sendable, Hashable {
        case value(SQLValue)
        case hole(Hole)

        /// The type the server is told when the statement is prepared.
        public var type: SQLType {
            switch self {
            case .value(let value): value.type
            case .hole(let hole): hole.type
            }
        }
    }

    /// The statement text.
    public let text: String
    /// The placeholders in their order: `slots[0]` is `$1`.
    public let slots: [Slot]

    /// The types of the placeholders in their order.
    public var types: [SQLType] { slots.map(\.type) }

    /// The names of the holes in the order of their placeholders.
    public var holes: [Hole] {
        slots.compactMap { if case .hole(let hole) = $0 { hole } else { nil } }
    }

    /// All bind values, the holes filled by name.
    /// - Throws: `UnfilledHole` if a hole has no value or one of another type.
    public func binds(_ filling: (String) -> SQLValue?) throws(UnfilledHole) -> [SQLValue] {
        var values: [SQLValue] = []
        values.reserveCapacity(slots.count)
        for slot in slots {
            switch slot {
            case .value(let value): values.append(value)
            case .hole(let hole):
                guard let value = filling(hole.name), value.type == hole.type else { throw UnfilledHole(hole: hole) }
                values.append(value)
            }
        }
        return values
    }
}

/// A hole that was given no value, or one of another type.
public struct UnfilledHole: Error, Hashable, CustomStringConvertible {
    /// The hole.
    public let hole: Hole
    public var description: String { "no \(hole.type.rawValue) value for the placeholder \(hole.name)" }
}

extension SQL {
    /// Numbers the placeholders and joins the text. A hole used twice keeps its number; bound values each get one.
    /// - Parameter inliningValues: whether bound values are written into the text, for a person to paste, so that only
    ///   holes are placeholders.
    public func render(inliningValues: Bool = false) -> RenderedSQL {
        var text = ""
        var slots: [RenderedSQL.Slot] = []
        var numbers: [Hole: Int] = [:]
        for segment in segments {
            switch segment {
            case .text(let raw): text += raw
            case .bind(let value) where inliningValues: text += SQL.constant(value)
            case .bind(let value):
                slots.append(.value(value))
                text += "$\(slots.count)"
            case .hole(let hole):
                if let number = numbers[hole] {
                    text += "$\(number)"
                } else {
                    slots.append(.hole(hole))
                    numbers[hole] = slots.count
                    text += "$\(slots.count)"
                }
            }
        }
        return RenderedSQL(text: text, slots: slots)
    }

    /// The statement with every value written into the text, for a person to read or paste.
    /// - Parameter filling: values for holes; a hole without one is written as its name, `:name`.
    public func inlined(_ filling: (String) -> SQLValue? = { _ in nil }) -> String {
        var text = ""
        for segment in segments {
            switch segment {
            case .text(let raw): text += raw
            case .bind(let value): text += SQL.constant(value)
            case .hole(let hole): text += filling(hole.name).map(SQL.constant) ?? ":\(hole.name)"
            }
        }
        return text
    }

    /// A value written as a typed constant.
    public static func constant(_ value: SQLValue) -> String {
        switch value {
        case .null(let type): "null::\(type.rawValue)"
        case .bool(let value): value ? "true" : "false"
        case .int4(let value): value < 0 ? "(\(value))" : "\(value)"
        case .int8(let value): value < 0 ? "('\(value)'::int8)" : "'\(value)'::int8"
        case .float8(let value): literal(value)
        case .text(let value): literal(value)
        case .bytea(let bytes):
            "'\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'::bytea"
        case .jsonb(let value): literal(value) + "::jsonb"
        case .uuid(let value): literal(value) + "::uuid"
        case .float8Array(let values): "'{" + values.map(plain).joined(separator: ",") + "}'::float8[]"
        case .int8Array(let values): "'{" + values.map(String.init).joined(separator: ",") + "}'::int8[]"
        case .textArray(let values): "array[" + values.map(literal).joined(separator: ", ") + "]::text[]"
        }
    }

    private static func plain(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return "\(value)"
    }
}
