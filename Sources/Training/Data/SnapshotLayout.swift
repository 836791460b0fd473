import SQLText

/// How the rows of a snapshot are stored.
struct SnapshotLayout: Sendable, Hashable {
    let batching: Batching
    /// Whether the same rows must give the same bits, in whatever order the source has them.
    let isDeterministic: Bool

    /// What stands between CREATE and TABLE.
    var kind: SQL { isDeterministic ? "" : "UNLOGGED " }

    /// The rows of a query in the order in which they are to lie, with their batches where there are several.
    func arranged(_ rows: SQL, features: Int, epoch: Int) -> SQL {
        guard batching.isPartial || isDeterministic else { return rows }
        let columns = (0..<features).map { "\(Identifier(feature: $0))" as SQL }.commaSeparated
        // Rows with the same key and other numbers: a collision of the hash. The numbers themselves decide then.
        let order: SQL = "\(batching.key(features: features, epoch: epoch)), \(columns), y"
        guard batching.isPartial else { return "SELECT \(columns), y FROM (\(rows)) AS unordered ORDER BY \(order)" }
        // The window function hands the rows out in its own order.
        return """
            SELECT \(columns), y, (row_number() OVER (ORDER BY \(order)) - 1) / \(literal: batching.size) AS batch
            FROM (\(rows)) AS unordered
            """
    }
}
