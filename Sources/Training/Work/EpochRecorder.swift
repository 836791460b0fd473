import Lowering
import Postgres
import SQLText

/// Writes what iterations gave: parameters, metrics, solver state and progress, in one statement that does nothing
/// unless the lease is still held, the snapshot is whole and the numbers are sound.
struct EpochRecorder {
    /// Holes of the recording statement, beside those of the iteration.
    enum Hole {
        static let epoch = "epoch"
        static let batch = HoleName.batch
        static let duration = "duration_ms"
        /// Learning rates of the epochs from the checkpoint on. After the last it stays.
        static let rates = "rates"
        static let done = "done"
        static let weights = "new_weights"
        static let state = "new_state"
        static let loss = "loss"
        static let metric = "metric"
        static let rows = "rows"
        static let newBatch = "new_batch"
        static let seenLoss = "new_seen_loss"
        static let seenMetric = "new_seen_metric"
    }

    let lease: Lease
    let run: Run
    let batching: Batching

    /// A weight beyond this means that training diverges: its square, summed, would soon leave float8.
    static let divergence = 1e100

    /// One statement that iterates and records. The iterations are any SELECT with the columns of `LoweredStatement`.
    func iterateAndRecord(_ statement: LoweredStatement) -> SQL {
        // Both clocks are the server's; the statement is one.
        let milliseconds: SQL = "extract(epoch FROM clock_timestamp() - statement_timestamp())::float8 * 1000"
        return record(statement.sql, duration: milliseconds, span: statement.span)
    }

    /// Records rows that iterations returned to the client, each number in an array over the rows.
    /// - Parameters:
    ///   - weights: how many weights a row has.
    ///   - state: how many numbers of solver state.
    func record(weights: Int, state: Int) -> SQL {
        let weightRange: SQL = "[(n - 1) * \(literal: weights) + 1 : n * \(literal: weights)]"
        let stateRange: SQL = "[(n - 1) * \(literal: state) + 1 : n * \(literal: state)]"
        let isPartial = batching.isPartial
        let more: SQL =
            isPartial
            ? """
            , \(hole: Hole.newBatch, .int8Array), \(hole: Hole.seenLoss, .float8Array),
              \(hole: Hole.seenMetric, .float8Array)
            """ : ""
        let result: SQL = """
            SELECT iteration, (\(hole: Hole.weights, .float8Array))\(weightRange) AS weights,
              (\(hole: Hole.state, .float8Array))\(stateRange) AS state,
              loss, metric, rows\(isPartial ? ", batch, seen_loss, seen_metric" as SQL : "")
            FROM unnest(\(hole: Hole.done, .int8Array), \(hole: Hole.loss, .float8Array),
              \(hole: Hole.metric, .float8Array), \(hole: Hole.rows, .float8Array)\(more)) WITH ORDINALITY
              AS result (iteration, loss, metric, rows\(isPartial ? ", batch, seen_loss, seen_metric" as SQL : ""), n)
            """
        return record(result, duration: .hole(Hole.duration, .float8), span: 1)
    }

    /// - Parameters:
    ///   - duration: milliseconds that all iterations took.
    ///   - span: how many iterations a row of the results stands for.
    private func record(_ iterations: SQL, duration: SQL, span: Int) -> SQL {
        let epoch: SQL = .hole(Hole.epoch, .int8)
        let batches = batching.count
        // Where every iteration is an epoch, there is no batch and nothing that was seen so far.
        let isPartial = batching.isPartial
        let done: SQL = isPartial ? "(\(hole: Hole.batch, .int8) + iteration) / \(literal: batches)" : "iteration"
        let expected: SQL =
            isPartial
            ? "CASE WHEN batch = 0 THEN \(literal: batching.rows) ELSE batch * \(literal: batching.size) END"
            : "\(literal: Double(batching.rows))"
        let checkpoint: SQL =
            isPartial
            ? "last.batch, CASE WHEN last.batch > 0 THEN last.weights END, last.seen_loss, last.seen_metric, last.rows"
            : "0, NULL::float8[], NULL::float8, NULL::float8, NULL::float8"
        let hasCheckpoint: SQL =
            isPartial ? "(cardinality(last.state) > 0 OR last.batch > 0)" : "cardinality(last.state) > 0"
        let ended: SQL = isPartial ? "SELECT * FROM sound WHERE batch = 0" : "SELECT * FROM sound"
        // A solver without state has a checkpoint within an epoch only.
        let forgotten: SQL =
            isPartial
            ? """
            , forgotten AS (
              DELETE FROM pgradient.solver_state AS s USING held, last WHERE s.run_id = held.id AND NOT \(hasCheckpoint)
            )
            """ : ""
        let progress: SQL = isPartial ? ", last.batch, last.seen_loss, last.seen_metric, last.rows AS seen_rows" : ""
        return """
            WITH iteration AS MATERIALIZED (
            \(iterations)
            ), judged AS (
              SELECT *, (\(epoch) + \(done))::int4 AS epoch, coalesce(rows = \(expected), false) AS is_whole FROM iteration
            ), sound AS (
              SELECT * FROM judged WHERE is_whole AND loss < 'Infinity'
                AND \(literal: -Self.divergence) < ALL (weights) AND \(literal: Self.divergence) > ALL (weights)
            ), ended AS (
              \(ended)
            ), last AS (
              SELECT * FROM sound ORDER BY iteration DESC LIMIT 1
            ), newest AS (
              SELECT * FROM ended ORDER BY iteration DESC LIMIT 1
            ), held AS (
              UPDATE pgradient.runs SET state = 'running', epoch = last.epoch, loss = coalesce(newest.loss, runs.loss),
                accuracy = coalesce(\(metrics.accuracy("newest")), runs.accuracy), r2 = coalesce(\(metrics.r2("newest")), runs.r2),
                learning_rate = coalesce(\(rate("newest", span)), runs.learning_rate),
                lease_expires_at = clock_timestamp() + \(Lease.duration)
              FROM last LEFT JOIN newest ON true WHERE \(lease.condition)
              RETURNING runs.id
            ), new_params AS (
              INSERT INTO pgradient.params (run_id, epoch, weights)
              SELECT id, ended.epoch, ended.weights FROM held, ended
            ), new_metrics AS (
              INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, r2, learning_rate, duration_ms)
              SELECT id, ended.epoch - \(literal: span), 'train', ended.loss, \(metrics.accuracy("ended")), \(metrics.r2("ended")),
                     \(rate("ended", span)),
                     \(duration) * \(literal: Double(batches)) / last.iteration
              FROM held, ended, last
              -- Measured by the end of the run already, if it goes on after that.
              ON CONFLICT (run_id, split, epoch) DO UPDATE SET loss = excluded.loss, accuracy = excluded.accuracy,
                r2 = excluded.r2, learning_rate = excluded.learning_rate, duration_ms = excluded.duration_ms
            ), new_state AS (
              INSERT INTO pgradient.solver_state
                (run_id, epoch, state, batch, weights, seen_loss, seen_metric, seen_rows)
              SELECT id, last.epoch, last.state, \(checkpoint) FROM held, last WHERE \(hasCheckpoint)
              ON CONFLICT (run_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state,
                batch = excluded.batch, weights = excluded.weights, seen_loss = excluded.seen_loss,
                seen_metric = excluded.seen_metric, seen_rows = excluded.seen_rows
            )\(forgotten)
            SELECT coalesce((SELECT bool_and(is_whole) FROM judged), false) AS is_whole, EXISTS (SELECT FROM held) AS recorded,
              (SELECT count(*) FROM judged) = (SELECT count(*) FROM sound) AS is_sound,
              last.iteration, last.epoch, last.weights, last.state\(progress),
              (SELECT array_agg(loss ORDER BY iteration) FROM ended) AS losses,
              (SELECT array_agg(metric ORDER BY iteration) FROM ended) AS metrics
            FROM (SELECT) AS one LEFT JOIN last ON true
            """
    }

    /// Writes the metrics of the last parameters. Columns of the result are those of `Lowering.evaluation`.
    func close(_ evaluation: LoweredStatement) -> SQL {
        """
        WITH sound AS MATERIALIZED (
        \(evaluation.sql)
        ), held AS (
          UPDATE pgradient.runs SET loss = sound.loss, accuracy = \(metrics.accuracy("sound")), r2 = \(metrics.r2("sound"))
          FROM sound WHERE \(lease.condition) AND sound.rows = \(literal: Double(batching.rows)) AND sound.loss < 'Infinity'
          RETURNING runs.id
        ), new_metrics AS (
          INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, r2)
          SELECT id, (\(hole: Hole.epoch, .int8))::int4, 'train', sound.loss, \(metrics.accuracy("sound")), \(metrics.r2("sound")) FROM held, sound
          ON CONFLICT DO NOTHING
        )
        SELECT rows, EXISTS (SELECT FROM held) AS recorded FROM sound
        """
    }

    private var metrics: MetricColumns { MetricColumns(task: run.task, variance: run.labelVariance) }

    /// The rate with which the iterations behind a row began.
    private func rate(_ relation: SQL, _ span: Int) -> SQL {
        let rates: SQL = .hole(Hole.rates, .float8Array)
        let place: SQL = "\(relation).epoch - \(literal: span) - \(hole: Hole.epoch, .int8) + 1"
        return "(\(rates))[least(\(place), cardinality(\(rates)))]"
    }
}
