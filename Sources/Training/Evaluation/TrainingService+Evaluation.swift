import Postgres
import SQLText

extension TrainingService {
    /// How good a run's parameters are, on its own rows or on those of a table.
    ///
    /// The parameters that predict, on rows of the run itself, are also kept in `pgradient.evaluations`.
    /// - Parameters:
    ///   - split: which rows of the run; nil for those it has not learned from, if it has any.
    ///   - table: a table with the same columns, in place of the run's own rows.
    ///   - repeats: how often the values of each feature are exchanged to find out what it is worth; nil not to ask.
    ///   - onProgress: told of each feature that is done.
    public func evaluation(
        _ id: Int?,
        epoch: EpochChoice = .chosen,
        split: Split? = nil,
        table: String? = nil,
        repeats: Int? = nil,
        onProgress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) async throws -> Evaluation {
        if split != nil, table != nil {
            throw TrainingError(
                .irrelevantOption,
                "split and table exclude each other: a table has no splits",
                field: "split"
            )
        }
        if let repeats, !Importance.repeatRange.contains(repeats) {
            let range = Importance.repeatRange
            throw TrainingError(
                .invalidOption,
                "repeats is \(repeats); it must be from \(range.lowerBound) to \(range.upperBound)",
                field: "repeats"
            )
        }
        let run = try await self.run(id)
        let place = try table.map(Evaluation.Place.table) ?? .split(run.split(split))
        let evaluation = try await pool.transaction { connection in
            // Every pass sees the same rows.
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", name: "configure")
            let parameters = try await ParamStore.parameters(run, epoch, on: connection)
            let source =
                switch place {
                case .split(let split): try await EvaluationSource.relation(run, split, on: connection)
                case .table(let name): try await EvaluationSource.table(name, run, on: connection)
                }
            try await ScoredRows.configure(connection)
            let evaluator = try Evaluator(run, parameters)
            let (measures, unknown) = try await evaluator.measures(source.rows, on: connection)
            guard unknown == 0 else { throw try await source.unknownLabels(run, rows: unknown, on: connection) }
            var importance: Importance?
            if let repeats {
                importance = try await PermutationImportance(
                    run: run,
                    scorer: evaluator.scorer,
                    rows: source.rows,
                    repeats: repeats
                ).measure(on: connection, onProgress: onProgress)
            }
            let notices = [source.notice, measures.omission].compactMap { $0 }
            return Evaluation(
                run: run.id,
                epoch: parameters.epoch,
                place: place,
                classes: run.classes,
                measures: measures,
                importance: importance,
                notice: notices.isEmpty ? nil : notices.joined(separator: "; ")
            )
        }
        if evaluation.epoch == (run.restoresBest ? run.bestEpoch : nil) ?? run.epoch {
            try await pool.withConnection { try await EvaluationStore.store(evaluation, on: $0) }
        }
        return evaluation
    }
}
