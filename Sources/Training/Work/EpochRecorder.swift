import Lowering
import Postgres
import SQLText

/// Writes what an iteration gave: parameters, metrics, solver state and progress, in one statement that does nothing
/// unless the lease is still held, the snapshot is whole and the numbers are sound.
struct EpochRecorder {
    /// Holes of the recording statement, beside those of the iteration.
    enum Hole {
        static let epoch = "epoch"
        static let duration = "duration_ms"
        static let weights = "new_weights"
        static let state = "new_state"
        static let loss = "loss"
        static let metric = "metric"
        static let rows = "rows"
    }

    let lease: Lease
    let run: Run
    let rows: Int

    /// A weight beyond this means that training diverges: its square, summed, would soon leave float8.
    static let divergence = 1e100

    /// One statement that iterates and records. The iteration is any SELECT with the columns of `LoweredStatement`.
    func iterateAndRecord(_ statement: LoweredStatement) -> SQL {
        // Both clocks are the server's; the statement is one.
        let milliseconds: SQL = "extract(epoch FROM clock_timestamp() - statement_timestamp())::float8 * 1000"
        return record(statement.sql, duration: milliseconds, iterations: statement.iterations)
    }

    /// Records what an iteration returned to the client.
    func record(iterations: Int) -> SQL {
        let result: SQL = """
            SELECT \(hole: Hole.weights, .float8Array) AS weights, \(hole: Hole.state, .float8Array) AS state,
                   \(hole: Hole.loss, .float8) AS loss, \(hole: Hole.metric, .float8) AS metric,
                   \(hole: Hole.rows, .float8) AS rows
            """
        return record(result, duration: .hole(Hole.duration, .float8), iterations: iterations)
    }

    private func record(_ iteration: SQL, duration: SQL, iterations: Int) -> SQL {
        """
        WITH iteration AS MATERIALIZED (
        \(iteration)
        ), sound AS (
          SELECT *, rows = \(literal: Double(rows)) AND loss < 'Infinity'
            AND (SELECT bool_and(abs(w) < \(literal: Self.divergence)) FROM unnest(weights) AS w) AS is_sound
          FROM iteration
        ), held AS (
          UPDATE pgradient.runs SET state = 'running', epoch = (\(hole: Hole.epoch, .int8))::int4,
            loss = sound.loss, accuracy = \(accuracy), r2 = \(r2),
            learning_rate = \(hole: HoleName.learningRate, .float8),
            lease_expires_at = clock_timestamp() + \(Lease.duration)
          FROM sound WHERE \(lease.condition) AND is_sound
          RETURNING runs.id
        ), new_params AS (
          INSERT INTO pgradient.params (run_id, epoch, weights)
          SELECT id, (\(hole: Hole.epoch, .int8))::int4, sound.weights FROM held, sound
        ), new_metrics AS (
          INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, r2, learning_rate, duration_ms)
          SELECT id, (\(hole: Hole.epoch, .int8))::int4 - \(literal: iterations), 'train', sound.loss, \(accuracy), \(r2),
                 \(hole: HoleName.learningRate, .float8), \(duration) / \(literal: Double(iterations))
          FROM held, sound
          ON CONFLICT DO NOTHING
        ), new_state AS (
          INSERT INTO pgradient.solver_state (run_id, epoch, state)
          SELECT id, (\(hole: Hole.epoch, .int8))::int4, sound.state FROM held, sound WHERE cardinality(sound.state) > 0
          ON CONFLICT (run_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state
        )
        SELECT weights, state, loss, metric, rows, EXISTS (SELECT FROM held) AS recorded FROM sound
        """
    }

    /// Writes the metrics of the last parameters. Columns of the result are those of `Lowering.evaluation`.
    func close(_ evaluation: LoweredStatement) -> SQL {
        """
        WITH sound AS MATERIALIZED (
        \(evaluation.sql)
        ), held AS (
          UPDATE pgradient.runs SET loss = sound.loss, accuracy = \(accuracy), r2 = \(r2)
          FROM sound WHERE \(lease.condition) AND sound.rows = \(literal: Double(rows)) AND sound.loss < 'Infinity'
          RETURNING runs.id
        ), new_metrics AS (
          INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, r2)
          SELECT id, (\(hole: Hole.epoch, .int8))::int4, 'train', sound.loss, \(accuracy), \(r2) FROM held, sound
          ON CONFLICT DO NOTHING
        )
        SELECT rows, EXISTS (SELECT FROM held) AS recorded FROM sound
        """
    }

    private var accuracy: SQL {
        run.task == .classification ? "sound.metric" : "NULL::float8"
    }

    /// 1 − mean squared error / variance; without variance there is nothing to explain.
    private var r2: SQL {
        guard run.task == .regression, let variance = run.labelVariance, variance > 0 else { return "NULL::float8" }
        return "(\(literal: 1.0) - sound.metric / \(literal: variance))"
    }
}
