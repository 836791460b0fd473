import Networks
import Postgres
import SQLText

/// Asks for the measures of a run's parameters on rows in network form.
struct Evaluator {
    let run: Run
    let scorer: Scorer

    init(_ run: Run, _ parameters: Parameters) throws {
        self.run = run
        scorer = try Scorer(run, parameters)
    }

    /// - Returns: the measures, and how many rows have a label that is none of the run's classes. Where there are such rows the
    ///   measures mean nothing.
    func measures(_ rows: SQL, on connection: Connection) async throws -> (measures: Measures, unknown: Int) {
        let scored = try scorer.score(rows)
        switch run.task {
        case .classification:
            let statement = ClassificationStatement(scored: scored, classes: run.classes?.count ?? 0)
            let (measures, unknown) = try await statement.measures(on: connection)
            return (.classification(measures), unknown)
        case .regression:
            return (.regression(try await RegressionStatement(scored: scored).measures(on: connection)), 0)
        }
    }
}

extension Measures {
    /// What was left out because it would have taken too long.
    var omission: String? {
        guard case .classification(let measures) = self,
            measures.rows > ClassificationStatement.mostRankedRows(classes: measures.classes.count)
        else { return nil }
        return "ROC AUC was left out: rows × classes are more than \(ClassificationStatement.maximumRanked)"
    }
}
