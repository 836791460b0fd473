import Postgres

extension TrainingService {
    /// What is in the columns of a table, and what training would do with them.
    /// - Parameter label: the column that would be predicted; nil if that is not decided.
    /// - Throws: `TrainingError` if there is no such table or column.
    public func describe(_ name: String, label: String?) async throws -> TableDescription {
        try await pool.transaction { connection in
            // Every column is counted on the same rows.
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", name: "configure")
            let table = try await SourceTable.find(name, field: "table", on: connection)
            if let label { _ = try table.column(label, field: "label") }
            let counted = try await connection.query("SELECT count(*) AS rows FROM \(table.name)", name: "count rows")
            let rows: Int = try counted[0].get("rows")
            var columns: [TableDescription.Column] = []
            for column in table.columns {
                let found = try await ColumnLook(relation: "\(table.name)", column: column).look(on: connection)
                let use = ColumnUse(column, found, rows: rows, isLabel: column.name == label)
                columns.append(
                    .init(
                        name: column.name,
                        type: column.type,
                        role: use.role,
                        use: use.words,
                        nulls: found.nulls,
                        distinct: found.distinct,
                        minimum: found.minimum,
                        maximum: found.maximum,
                        values: found.values
                    )
                )
            }
            return TableDescription(table: "\(table.name)", rows: rows, columns: columns)
        }
    }
}
