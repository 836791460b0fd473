import SQLText

/// The columns of a snapshot beside `batch`: `x1` … `xN`, `y` and, where rows have weights, `w`.
struct SnapshotColumns: Sendable, Hashable {
    /// How many columns hold features.
    let features: Int
    let hasWeights: Bool

    var names: [SQL] {
        (0..<features).map { "\(Identifier(feature: $0))" as SQL } + ["y"] + (hasWeights ? ["w"] : [])
    }

    /// A number per row, from 64 bits to start with: the row's numbers hashed in a chain.
    func hash(from start: SQL) -> SQL {
        names.reduce(start) { "hashfloat8extended(\($1), \($0))" }
    }
}

/// How the rows of a snapshot are stored.
struct SnapshotLayout: Sendable, Hashable {
    let batching: Batching
    /// Whether the same rows must give the same bits, in whatever order the source has them.
    let isDeterministic: Bool

    /// What stands between CREATE and TABLE.
    var kind: SQL { isDeterministic ? "" : "UNLOGGED " }

    /// The rows of a query in the order in which they are to lie, with their batches where there are several.
    func arranged(_ rows: SQL, _ snapshot: SnapshotColumns, epoch: Int) -> SQL {
        guard batching.isPartial || isDeterministic else { return rows }
        let columns = snapshot.names.commaSeparated
        // Rows with the same key and other numbers: a collision of the hash. The numbers themselves decide then.
        let order: SQL = "\(batching.key(snapshot, epoch: epoch)), \(columns)"
        guard batching.isPartial else { return "SELECT \(columns) FROM (\(rows)) AS unordered ORDER BY \(order)" }
        // The window function hands the rows out in its own order.
        return """
            SELECT \(columns), (row_number() OVER (ORDER BY \(order)) - 1) / \(literal: batching.size) AS batch
            FROM (\(rows)) AS unordered
            """
    }
}

extension SnapshotLayout {
    /// As a request wants it.
    /// - Parameter rows: rows to train on.
    init(_ request: TrainingRequest, rows: Int) {
        self.init(batching: request.batching(rows: rows), isDeterministic: request.isDeterministic)
    }
}
