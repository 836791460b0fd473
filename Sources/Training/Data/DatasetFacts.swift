import JSONTree
import Postgres
import SQLText

/// What training needs to know about the rows, computed in the database.
struct DatasetFacts: Sendable {
    let rows: Int
    /// Subtracted from each feature.
    let means: [Double]
    /// Divides each feature after that.
    let scales: [Double]
    /// The classes as text, in the order of the outputs; empty for regression.
    let classes: [String]
    /// Population variance of the label; nil for classification.
    let labelVariance: Double?

    /// More classes than this make no sense as one output each.
    static let maximumClasses = 1_000
    /// Squares of larger numbers, summed, would leave float8.
    static let maximumMagnitude = 1e100

    /// The facts a run was prepared with.
    /// - Throws: `TrainingError` if it is not prepared yet.
    init(of run: Run) throws(TrainingError) {
        guard let rows = run.rows, let means = run.featureMeans, let scales = run.featureScales else {
            throw .notReady(run)
        }
        self.rows = rows
        self.means = means
        self.scales = scales
        classes = (run.classes ?? []).map { $0.stringValue ?? $0.compact }
        labelVariance = run.labelVariance
    }

    init(rows: Int, means: [Double], scales: [Double], classes: [String], labelVariance: Double?) {
        self.rows = rows
        self.means = means
        self.scales = scales
        self.classes = classes
        self.labelVariance = labelVariance
    }

    /// Reads the facts, refusing what can't be trained on.
    /// - Throws: `TrainingError`: no rows, NULLs (which column, how many), not finite, too large, wrong classes.
    /// - Parameter isDeterministic: whether the order of the rows must not show in the last bits: sums are taken in the
    ///   order of the values then.
    static func gather(
        _ dataset: Dataset,
        standardize: Bool,
        isDeterministic: Bool = false,
        on connection: Connection
    ) async throws -> DatasetFacts {
        let rows = try await check(dataset, on: connection)
        let features = try dataset.features.map { try Identifier($0) }
        var (means, scales) = (features.map { _ in 0.0 }, features.map { _ in 1.0 })
        if standardize {
            let moments = try await connection.query(
                """
                SELECT ARRAY[\(features.map { Self.mean($0, isDeterministic) }.commaSeparated)]::float8[] AS means,
                       ARRAY[\(features.map { Self.spread($0, "stddev_pop", isDeterministic) }.commaSeparated)]::float8[] AS deviations
                FROM \(dataset.relation)
                """,
                name: "feature statistics"
            )
            means = try moments[0].get("means")
            // A constant column has no deviation; it becomes 0 whatever divides it.
            scales = try moments[0].decode([Double].self, "deviations").map { $0 > 0 ? $0 : 1 }
        }
        switch dataset.task {
        case .classification:
            let classes = try await classes(dataset, on: connection)
            return DatasetFacts(rows: rows, means: means, scales: scales, classes: classes, labelVariance: nil)
        case .regression:
            let label = try Identifier(dataset.label)
            let variance = try await connection.query(
                "SELECT \(Self.spread(label, "var_pop", isDeterministic)) AS variance FROM \(dataset.relation)",
                name: "label statistics"
            )
            let value = try variance[0].decode(Double.self, "variance")
            return DatasetFacts(rows: rows, means: means, scales: scales, classes: [], labelVariance: value)
        }
    }

    /// The mean, which rounding must not move off the only value a column has.
    private static func mean(_ column: Identifier, _ isOrdered: Bool) -> SQL {
        "CASE WHEN \(isConstant(column)) THEN min(\(column)::float8) ELSE avg(\(values(column, isOrdered))) END"
    }

    /// The values of a column as an aggregate's argument, in their own order if need be.
    private static func values(_ column: Identifier, _ isOrdered: Bool) -> SQL {
        isOrdered ? "\(column)::float8 ORDER BY \(column)::float8" : "\(column)::float8"
    }

    /// Deviation or variance: 0 of a column with one value only, and not what rounding leaves of it.
    private static func spread(_ column: Identifier, _ aggregate: SQL, _ isOrdered: Bool) -> SQL {
        "CASE WHEN \(isConstant(column)) THEN 0 ELSE \(aggregate)(\(values(column, isOrdered))) END"
    }

    private static func isConstant(_ column: Identifier) -> SQL {
        "min(\(column)::float8) = max(\(column)::float8)"
    }

    /// Counts rows and everything in them that can't be learned from.
    static func check(_ dataset: Dataset, on connection: Connection) async throws -> Int {
        let numeric = dataset.task == .regression ? dataset.features + [dataset.label] : dataset.features
        let columns = try numeric.map { try Identifier($0) }
        let names = dataset.features + [dataset.label]
        let every = try names.map { try Identifier($0) }
        let counts: Rows
        do {
            counts = try await connection.query(
                """
                SELECT count(*) AS rows,
                       ARRAY[\(every.map { "count(*) FILTER (WHERE \($0) IS NULL)" }.commaSeparated)]::int8[] AS nulls,
                       ARRAY[\(columns.map(Self.nonFinite).commaSeparated)]::int8[] AS non_finite,
                       ARRAY[\(columns.map(Self.magnitude).commaSeparated)]::float8[] AS magnitudes
                FROM \(dataset.relation)
                """,
                name: "check source"
            )
        } catch let error as PostgresError where error.sqlState == "22003" {
            throw TrainingError(
                .valuesTooLarge,
                "a numeric column of \(dataset.title) holds values beyond the range of float8",
                hint: "scale or filter it in a view",
                sqlState: error.sqlState
            )
        }
        let row = counts[0]
        let rows = try row.decode(Int.self, "rows")
        guard rows > 0 else {
            throw TrainingError(.emptyTable, "\(dataset.title) has no rows to learn from", field: "source")
        }
        let nulls = try zip(names, row.decode([Int].self, "nulls")).filter { $1 > 0 }
        guard nulls.isEmpty else {
            throw TrainingError(
                .nullValues,
                "there are NULLs among the \(rows) rows of \(dataset.title): "
                    + nulls.map { "\($1) in \"\($0)\"" }.joined(separator: ", "),
                hint: nulls.contains { $0.0 != dataset.label }
                    ? "leave the column out of \"features\", or train on a view without them"
                    : "train on a view of the rows that have a label"
            )
        }
        let nonFinite = try zip(columns, row.decode([Int].self, "non_finite")).filter { $1 > 0 }
        guard nonFinite.isEmpty else {
            throw TrainingError(
                .nonFiniteValues,
                "there are NaNs or infinities in \(dataset.title): "
                    + nonFinite.map { "\($1) in \"\($0)\"" }.joined(separator: ", "),
                hint: "train on a view without them"
            )
        }
        let magnitudes = try zip(columns, row.decode([Double].self, "magnitudes"))
        for (column, magnitude) in magnitudes where magnitude > maximumMagnitude {
            throw TrainingError(
                .valuesTooLarge,
                "the column \"\(column)\" of \(dataset.title) reaches \(magnitude); at most \(maximumMagnitude) is taken",
                hint: "scale it in a view"
            )
        }
        return rows
    }

    private static func nonFinite(_ column: Identifier) -> SQL {
        "count(*) FILTER (WHERE \(column)::float8 IN ('NaN', 'Infinity', '-Infinity'))"
    }

    private static func magnitude(_ column: Identifier) -> SQL {
        "coalesce(max(abs(\(column)::float8)) FILTER (WHERE \(column)::float8 NOT IN ('NaN', 'Infinity', '-Infinity')), 0)"
    }

    private static func classes(_ dataset: Dataset, on connection: Connection) async throws -> [String] {
        let text = try dataset.labelText()
        // Numbers and enumerations have an order of their own; text has that of its characters, the same everywhere.
        let key: SQL = dataset.labelKind == .text ? text : "\(try Identifier(dataset.label))"
        let found = try await connection.query(
            """
            SELECT \(text) AS class FROM \(dataset.relation)
            GROUP BY \(key) ORDER BY \(key) LIMIT \(literal: maximumClasses + 1)
            """,
            name: "classes"
        )
        let classes = try found.decode(String.self, "class")
        if classes.count < 2 {
            throw TrainingError(
                .tooFewClasses,
                "the label \"\(dataset.label)\" of \(dataset.title) has one class only: \"\(classes.first ?? "")\"",
                field: "label",
                hint: "classification needs rows of at least two classes"
            )
        }
        guard classes.count <= maximumClasses else {
            throw TrainingError(
                .tooManyClasses,
                "the label \"\(dataset.label)\" of \(dataset.title) has more than \(maximumClasses) classes",
                field: "label",
                hint: "choose another label, or ask for task regression if it is a number"
            )
        }
        return classes
    }
}
