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
        let source = try await read(run, request, on: connection)
        guard let then = run.rows, then != source.count else { return source }
        let notice = "\(source.title) has \(source.count) rows now, and run \(run.id) learned from \(then)"
        return EvaluationSource(
            rows: source.rows,
            title: source.title,
            count: source.count,
            notice: notice,
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
        do {
            return try await read(run, request, on: connection)
        } catch let error as TrainingError where ["source.table", "features", "label"].contains(error.field) {
            throw TrainingError(error.code, error.message, field: "table", hint: error.hint, sqlState: error.sqlState)
        }
    }

    private static func read(
        _ run: Run,
        _ request: TrainingRequest,
        on connection: Connection
    ) async throws -> EvaluationSource {
        let dataset = try await Dataset.resolve(request, on: connection)
        let count = try await check(dataset, on: connection)
        return EvaluationSource(
            rows: try Snapshot.content(of: dataset, DatasetFacts(of: run)),
            title: dataset.title,
            count: count,
            notice: nil,
            dataset: dataset
        )
    }

    /// What can't be learned from can't be evaluated on either; what to do about it differs.
    private static func check(_ dataset: Dataset, on connection: Connection) async throws -> Int {
        do {
            return try await DatasetFacts.check(dataset, on: connection)
        } catch let error as TrainingError {
            switch error.code {
            case .emptyTable:
                throw TrainingError(.emptyTable, "\(dataset.title) has no rows to evaluate on", field: "table")
            case .nullValues, .nonFiniteValues, .valuesTooLarge:
                let hint = "evaluate on a view without them"
                throw TrainingError(error.code, error.message, hint: hint, sqlState: error.sqlState)
            default: throw error
            }
        }
    }

    /// Labels that are none of the run's classes.
    func unknownLabels(_ run: Run, rows: Int, on connection: Connection) async throws -> TrainingError {
        let label = try dataset.labelText()
        let classes = SQLValue.textArray(try DatasetFacts(of: run).classes)
        let found = try await connection.query(
            """
            SELECT \(label) AS label FROM \(dataset.relation) WHERE array_position(\(classes), \(label)) IS NULL
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 5
            """,
            name: "unknown labels"
        )
        let names = try found.decode(String.self, "label").map { "\"\($0)\"" }
        return TrainingError(
            .unsupportedColumn,
            "\(rows) rows of \(title) have a \"\(dataset.label)\" that run \(run.id) has not learned: "
                + names.joined(separator: ", "),
            hint: "evaluate on a view of the rows whose label the run knows"
        )
    }
}
