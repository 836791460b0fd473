import JSONTree
import Postgres
import SQLText

/// The questions about scored rows of numbers: one pass for the sums, one that sorts.
struct RegressionStatement {
    let scored: ScoredRows

    /// Errors below this are none: their squares would underflow, which the database takes for an error.
    static let smallestError = 1e-100

    /// The error of a row of a relation with `actual` and `predicted`.
    static let error: SQL = """
        CASE WHEN abs(predicted - actual) < \(literal: smallestError) THEN \(literal: 0.0) ELSE predicted - actual END
        """

    /// R² as an aggregate over `actual` and `error`; null where the actual values are all the same, whatever rounding
    /// leaves of their variance.
    static let r2: SQL = """
        CASE WHEN min(actual) < max(actual) THEN 1 - sum(error * error) / nullif(var_pop(actual) * count(*), 0) END
        """

    /// Asks everything.
    func measures(on connection: Connection) async throws -> RegressionMeasures {
        let totals = try await scored.query(adding, name: "evaluation", on: connection)[0].tree("document")
        let deciles = try await scored.query(sorting, name: "deciles", on: connection)[0].tree("document")
        return RegressionMeasures(totals, deciles)
    }

    private var adding: SQL {
        """
        SELECT jsonb_build_object(
          'rows', count(*), 'rmse', sqrt(avg(error * error)), 'mae', avg(abs(error)), 'r2', \(Self.r2),
          'mean_error', avg(error), 'max_error', max(abs(error)))::text AS document
        FROM (SELECT actual, \(Self.error) AS error FROM \(scored.relation) OFFSET '0') AS errors
        """
    }

    /// Rows with the same prediction are told apart by their value, so that the table is the same every time.
    private var sorting: SQL {
        """
        SELECT coalesce(jsonb_agg(to_jsonb(deciles) ORDER BY decile), '[]')::text AS document
        FROM (SELECT decile, count(*) AS rows, min(predicted) AS "from", max(predicted) AS "to",
                     avg(predicted) AS predicted, avg(actual) AS actual
              FROM (SELECT actual, predicted, ntile(10) OVER (ORDER BY predicted, actual) AS decile
                    FROM \(scored.relation)) AS sorted
              GROUP BY decile) AS deciles
        """
    }
}

extension RegressionMeasures {
    fileprivate init(_ totals: JSON, _ deciles: JSON) {
        rows = totals.count("rows")
        rmse = totals.number("rmse")
        mae = totals.number("mae")
        r2 = totals.number("r2")
        meanError = totals.number("mean_error")
        maximumError = totals.number("max_error")
        self.deciles = (deciles.arrayValue ?? []).compactMap { line in
            guard let from = line.number("from"), let to = line.number("to"), let predicted = line.number("predicted"),
                let actual = line.number("actual")
            else { return nil }
            return Decile(rows: line.count("rows"), from: from, to: to, predicted: predicted, actual: actual)
        }
    }
}
