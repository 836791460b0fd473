import JSONTree
import Training

/// Tables that can be learned from, as an answer shows them.
public enum TablesDocument {
    /// A page.
    public static func json(_ tables: [ListedTable], next: String?) -> JSON {
        ["tables": .array(tables.map(json)), "next": .optional(next)]
    }

    private static func json(_ table: ListedTable) -> JSON {
        [
            "schema": .string(table.schema),
            "name": .string(table.name),
            "table": .string(table.table),
            "kind": .string(table.kind.rawValue),
            "rows": .optional(table.rows),
            "columns": .integer(table.columns),
        ]
    }
}
