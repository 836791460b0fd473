import Postgres
import SQLText

/// A first look at all rows: how many there are, and whether they can be learned from.
struct RowOverview: Sendable {
    let rows: Int
    /// Rows with NULL, feature by feature.
    let nulls: [Int]
    /// Numbers over all rows, whatever their split.
    let table: MeasuredColumns.Values

    /// - Throws: `TrainingError` naming the columns at fault and how many rows are.
    static func gather(
        _ dataset: Dataset,
        _ request: TrainingRequest,
        _ arrays: [Int],
        on connection: Connection
    ) async throws -> RowOverview {
        let look = try RowLook(dataset, request, MeasuredColumns(dataset, arrays), connection)
        let (row, moments) = try await look.answer()
        let rows = try row.decode(Int.self, "rows")
        guard rows > 0 else { throw look.noRows }
        let nulls = try await look.nulls(rows, incomplete: row.get("incomplete"))
        guard moments.allSatisfy(\.isFinite) else { throw try await look.notFinite() }
        try look.checkMagnitudes(moments)
        try look.checkSplit(rows, without: row.get("unsplit"))
        let overview = RowOverview(
            rows: rows,
            nulls: nulls,
            table: look.columns.values(moments)
        )
        try look.checkWeights(overview.table.weight)
        return overview
    }
}

/// The query of the overview, and what is said about its answers.
private struct RowLook {
    let columns: MeasuredColumns
    private let dataset: Dataset
    private let request: TrainingRequest
    private let connection: Connection
    private let relation: SQL

    init(_ dataset: Dataset, _ request: TrainingRequest, _ columns: MeasuredColumns, _ connection: Connection) throws {
        self.dataset = dataset
        self.request = request
        self.columns = columns
        self.connection = connection
        relation = try SourceRows(dataset, thresholds: nil).relation()
    }

    /// Features, label and weight, and when they are NULL.
    private var absences: [(condition: SQL, name: String)] {
        var all: [(condition: SQL, name: String)] = dataset.features.enumerated().map { index, feature in
            (condition: feature.isAbsent("\(SourceRows.column(index))"), name: feature.name)
        }
        all.append((condition: "k IS NULL", name: dataset.label.name))
        if let weight = dataset.weightColumn { all.append((condition: "w IS NULL", name: weight)) }
        return all
    }

    func answer() async throws -> (Row, [Moments]) {
        do {
            // The caller's transaction has to outlive it.
            return try await connection.transaction { _ in
                let query = columns.query(request)
                let row = try await ask(query.columns)
                var moments = try query.read(row)
                try await query.settle(&moments, in: relation, where: columns.isOpen, on: connection)
                return (row, moments)
            }
        } catch let error as PostgresError where error.sqlState == "22003" {
            // Squares that left float8, or numbers that never were in it.
        }
        do {
            let row = try await ask("count(*) AS rows")
            let rows = try row.decode(Int.self, "rows")
            var moments = columns.all.map { _ in Moments(rows: rows, mean: 0, variance: 0) }
            let query = columns.query(request)
            try await query.settle(&moments, in: relation, where: { _, _ in true }, on: connection)
            return (row, moments)
        } catch let error as PostgresError where error.sqlState == "22003" {
            throw TrainingError(
                .valuesTooLarge,
                "a numeric column of \(dataset.title) holds values beyond the range of float8",
                hint: "scale or filter it in a view",
                sqlState: error.sqlState
            )
        }
    }

    /// - Parameter columns: further columns, among them `rows`.
    private func ask(_ columns: SQL) async throws -> Row {
        let unsplit: SQL = dataset.holdout.column == nil ? "0::int8" : "count(*) - count(s)"
        let found = try await connection.query(
            """
            SELECT \(unsplit) AS unsplit, count(*) FILTER (WHERE incomplete) AS incomplete, \(columns)
            FROM \(relation)
            """,
            name: "look at source"
        )
        return found[0]
    }

    var noRows: TrainingError {
        let left = request.nulls == .error ? "" : " once those with NULLs are left out"
        return TrainingError(.emptyTable, "\(dataset.title) has no rows to learn from\(left)", field: "source")
    }

    /// Counts the NULLs column by column, which takes as long again and is asked only where there are some.
    /// - Parameter incomplete: rows with NULL.
    /// - Returns: rows with NULL, feature by feature.
    /// - Throws: `TrainingError` naming the columns, if there must be none.
    func nulls(_ rows: Int, incomplete: Int) async throws -> [Int] {
        guard incomplete > 0 else { return dataset.features.map { _ in 0 } }
        let counts = absences.map { "count(*) FILTER (WHERE \($0.condition))" as SQL }
        let found = try await connection.query(
            "SELECT ARRAY[\(counts.commaSeparated)]::int8[] AS nulls FROM \(relation)",
            name: "count NULLs"
        )
        let nulls = try found[0].decode([Int].self, "nulls")
        guard dataset.nulls == .error else { return Array(nulls.prefix(dataset.features.count)) }
        throw TrainingError(
            .nullValues,
            "there are NULLs among the \(rows) rows of \(dataset.title): "
                + zip(absences, nulls).filter { $1 > 0 }.map { "\($1) in \"\($0.name)\"" }.joined(separator: ", "),
            field: "nulls",
            hint: "nulls \"skip\" leaves such rows out, \"mean\" fills features in; or leave the column out of features"
        )
    }

    func notFinite() async throws -> TrainingError {
        let counts = columns.all.map { value, _ -> SQL in
            "count(*) FILTER (WHERE \(value) IN ('NaN', 'Infinity', '-Infinity'))"
        }
        let found = try await connection.query(
            "SELECT ARRAY[\(counts.commaSeparated)]::int8[] AS counts FROM \(relation)",
            name: "count infinities"
        )
        let faults = try zip(columns.all, found[0].decode([Int].self, "counts")).filter { $1 > 0 }
        return TrainingError(
            .nonFiniteValues,
            "there are NaNs or infinities in \(dataset.title): "
                + faults.map { "\($1) in \"\($0.name)\"" }.joined(separator: ", "),
            hint: "train on a view without them"
        )
    }

    func checkMagnitudes(_ moments: [Moments]) throws(TrainingError) {
        for (column, found) in zip(columns.all, moments) where found.magnitude > DatasetFacts.maximumMagnitude {
            throw TrainingError(
                .valuesTooLarge,
                "the column \"\(column.name)\" of \(dataset.title) reaches \(found.magnitude); "
                    + "at most \(DatasetFacts.maximumMagnitude) is taken",
                hint: "scale it in a view"
            )
        }
    }

    func checkSplit(_ rows: Int, without unknown: Int) throws(TrainingError) {
        guard unknown > 0, let name = dataset.holdout.column else { return }
        throw TrainingError(
            .invalidOption,
            "the split \"\(name)\" of \(dataset.title) can't be told in \(unknown) of \(rows) rows",
            field: "split_column",
            hint: Holdout.meaning
        )
    }

    func checkWeights(_ found: Moments?) throws(TrainingError) {
        guard let found = found?.range, let name = dataset.weightColumn else { return }
        guard found.minimum >= 1e-12, found.maximum <= 1e12 else {
            throw TrainingError(
                .invalidOption,
                "the weights \"\(name)\" of \(dataset.title) go from \(found.minimum) to \(found.maximum); "
                    + "they must lie between 1e-12 and 1e12",
                field: "weight_column",
                hint: "a row of weight 0 is left out"
            )
        }
    }
}
