import JSONTree
import Training

/// A table as an answer shows it.
public enum DescriptionDocument {
    public static func json(_ description: TableDescription) -> JSON {
        [
            "table": .string(description.table),
            "rows": .integer(description.rows),
            "columns": .array(description.columns.map(json)),
        ]
    }

    private static func json(_ column: TableDescription.Column) -> JSON {
        [
            "name": .string(column.name),
            "type": .string(column.type),
            "role": .string(column.role.rawValue),
            "use": .string(column.use),
            "nulls": .integer(column.nulls),
            "distinct": .optional(column.distinct),
            "min": .optional(column.minimum),
            "max": .optional(column.maximum),
            "values": .array(column.values.map { ["value": .string($0.value), "rows": .integer($0.rows)] }),
        ]
    }
}
