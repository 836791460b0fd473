import Lowering
import Postgres
import SQLText

/// Measures parameters on the rows that are held out, all epochs of a statement at once, and keeps the best epoch.
struct ValidationRecorder {
    /// Holes of the statement: the epochs to measure.
    enum Hole {
        static let first = "first_epoch"
        static let last = "last_epoch"
    }

    let lease: Lease
    let run: Run

    /// The parameters of the epochs that the holes say.
    var parameters: SQL {
        """
        pgradient.params WHERE run_id = \(literal: run.id) \
        AND epoch BETWEEN \(hole: Hole.first, .int8) AND \(hole: Hole.last, .int8)
        """
    }

    private var metrics: MetricColumns { MetricColumns(task: run.task, variance: run.validationVariance) }

    /// - Parameter evaluations: those of `parameters`.
    func record(_ evaluations: LoweredStatement) -> SQL {
        """
        WITH measured AS MATERIALIZED (
        \(evaluations.sql)
        ), sound AS (
          SELECT epoch, loss, \(metrics.accuracy("measured")) AS accuracy, \(metrics.r2("measured")) AS r2 FROM measured WHERE loss < 'Infinity'
        ), newest AS (
          SELECT * FROM sound ORDER BY epoch DESC LIMIT 1
        ), best AS (
          SELECT * FROM sound ORDER BY loss, epoch LIMIT 1
        ), held AS (
          UPDATE pgradient.runs SET validation_loss = newest.loss, validation_accuracy = newest.accuracy,
            validation_r2 = newest.r2,
            best_epoch = CASE WHEN best.loss < coalesce(runs.best_loss, 'Infinity') THEN best.epoch ELSE runs.best_epoch END,
            best_loss = least(best.loss, runs.best_loss)
          FROM newest, best WHERE \(lease.condition)
          RETURNING runs.id
        ), new_metrics AS (
          INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, r2)
          SELECT id, sound.epoch, 'validation', sound.loss, sound.accuracy, sound.r2 FROM held, sound
          ON CONFLICT DO NOTHING
        )
        SELECT epoch, loss, rows = \(literal: Double(run.validationRows ?? 0)) AS is_whole FROM measured ORDER BY epoch
        """
    }
}
