import Postgres
import SQLText

/// The rows that an evaluation is made on, in network form.
struct EvaluationSource: Sendable {
    /// A query of `x1` … `xN` and `y`, as the run's snapshot has, or had, them.
    let rows: SQL
    /// The name people know them by.
    let title: String
    /// How many there are.
    let count: Int
    /// What a reader of the numbers has to know.
    let notice: String?
    /// The table itself and its label, to name labels that the run has not learned.
    let dataset: Dataset

    /// The run's own rows, read again from where it took them.
    static func relation(_ run: Run, _ split: Split, on connection: Connection) async throws -> EvaluationSource {
        let request = try TrainingRequest(run.spec)
        let dataset = try await Dataset.resolve(request, on: connection)
        let source = try await read(run, request, dataset, split, on: connection)
        guard let then = run.rows(split), then != source.count else { return source }
        let what = split == .train ? "to train on" : "for \(split.rawValue)"
        return EvaluationSource(
            rows: source.rows,
            title: source.title,
            count: source.count,
            notice: "\(source.title) has \(source.count) rows \(what) now, and had \(then) when run \(run.id) began",
            dataset: source.dataset
        )
    }

    /// The rows of another table, which has columns of the same names.
    static func table(_ name: String, _ run: Run, on connection: Connection) async throws -> EvaluationSource {
        var request = try TrainingRequest(run.spec)
        request.source = .table(name)
        request.features = run.features
        request.label = run.label
        request.task = run.task
        request.columns = request.columns.filter { run.features.contains($0.key) }
        // Every row counts, and counts the same.
        (request.splitColumn, request.validationFraction, request.weightColumn) = (nil, nil, nil)
        do {
            let dataset = try await Dataset.resolve(request, on: connection)
            return try await read(run, request, dataset, .train, on: connection)
        } catch let error as TrainingError where ["source.table", "features", "label"].contains(error.field) {
            throw TrainingError(error.code, error.message, field: "table", hint: error.hint, sqlState: error.sqlState)
        }
    }

    private static func read(
        _ run: Run,
        _ request: TrainingRequest,
        _ dataset: Dataset,
        _ split: Split,
        on connection: Connection
    ) async throws -> EvaluationSource {
        let facts = try DatasetFacts(of: run)
        let dataset = try dataset.reading(facts.encodings, of: run.id)
        try await check(dataset, request, facts, on: connection)
        let rows = SourceRows(dataset, thresholds: facts.thresholds)
        let counted = try await connection.query(
            "SELECT count(*) AS rows FROM \(try rows.relation(split))",
            name: "count rows"
        )
        let count: Int = try counted[0].get("rows")
        guard count > 0 else { throw noRows(dataset, split) }
        return EvaluationSource(
            rows: try Snapshot.content(of: dataset, facts, split),
            title: dataset.title,
            count: count,
            notice: nil,
            dataset: dataset
        )
    }

    private static func noRows(_ dataset: Dataset, _ split: Split) -> TrainingError {
        let what = dataset.holdout == .none ? "" : " for \(split.rawValue)"
        return TrainingError(.emptyTable, "\(dataset.title) has no rows\(what) to evaluate on", field: "table")
    }

    /// What can't be learned from can't be evaluated on either; what to do about it differs.
    private static func check(
        _ dataset: Dataset,
        _ request: TrainingRequest,
        _ facts: DatasetFacts,
        on connection: Connection
    ) async throws {
        do {
            let lengths = try await ArrayLengths.gather(dataset, on: connection)
            for (encoding, length) in zip(facts.encodings, lengths)
            where encoding.feature.isArray && encoding.columns.count != length {
                throw TrainingError(
                    .unsupportedColumn,
                    "the arrays in \"\(encoding.feature.name)\" of \(dataset.title) have \(length) elements, and the "
                        + "network has learned from \(encoding.columns.count)",
                    field: "features"
                )
            }
            _ = try await RowOverview.gather(dataset, request, lengths, on: connection)
        } catch let error as TrainingError {
            switch error.code {
            case .emptyTable: throw noRows(dataset, .train)
            case .nullValues, .nonFiniteValues, .valuesTooLarge:
                let hint = "evaluate on a view without them"
                throw TrainingError(error.code, error.message, hint: hint, sqlState: error.sqlState)
            default: throw error
            }
        }
    }

    /// Labels that are none of the run's classes.
    func unknownLabels(_ run: Run, rows: Int, on connection: Connection) async throws -> TrainingError {
        let facts = try DatasetFacts(of: run)
        let classes = SQLValue.textArray(facts.classes)
        let relation = try SourceRows(dataset, thresholds: facts.thresholds).relation()
        let found = try await connection.query(
            """
            SELECT y AS label FROM \(relation) WHERE array_position(\(classes), y) IS NULL
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 5
            """,
            name: "unknown labels"
        )
        let names = try found.decode(String.self, "label").map { "\"\($0)\"" }
        return TrainingError(
            .unsupportedColumn,
            "\(rows) rows of \(title) have a \"\(dataset.label.name)\" that run \(run.id) has not learned: "
                + names.joined(separator: ", "),
            hint: "evaluate on a view of the rows whose label the run knows"
        )
    }
}
