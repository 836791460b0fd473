-- Runs that go on, build on each other, and are compared.

ALTER TABLE pgradient.runs
    ADD COLUMN tags              text[] NOT NULL DEFAULT '{}',
    ADD COLUMN notes             text,
    ADD COLUMN warm_start_epoch  integer,
    ADD COLUMN resumed_from      integer,
    ADD COLUMN active_since      timestamptz,
    ADD COLUMN spent_s           float8 NOT NULL DEFAULT 0;

UPDATE pgradient.runs SET active_since = started_at;

COMMENT ON COLUMN pgradient.runs.tags IS 'Words by which people find runs again.';
COMMENT ON COLUMN pgradient.runs.notes IS 'What people want to remember of the run.';
COMMENT ON COLUMN pgradient.runs.warm_start_epoch IS
    'The epoch of the run named by the option warm_start whose parameters this run began with; null for other runs.';
COMMENT ON COLUMN pgradient.runs.resumed_from IS
    'The epoch at which the run was resumed last, after it had ended; stop rules count from there. Null if it never was.';
COMMENT ON COLUMN pgradient.runs.active_since IS
    'When it was first taken up since it was asked for, or since it was resumed; max_runtime_s counts from here.';
COMMENT ON COLUMN pgradient.runs.spent_s IS 'Seconds that were spent on it before it was resumed last.';

CREATE VIEW pgradient.leaderboard AS
    WITH measured AS (
        SELECT r.id, r.task, r.label_name, r.name, r.state, r.epoch AS epochs, r.rows, r.tags,
               coalesce(r.spec #>> '{source,table}', 'example ' || (r.spec #>> '{source,example}')) AS source,
               r.spent_s + coalesce(extract(epoch FROM r.finished_at - r.active_since)::float8, 0) AS seconds,
               b.split, b.epoch AS best_epoch, b.loss, b.accuracy, b.r2,
               -- What was measured on rows that the run did not learn from stands before what was not.
               b.split = 'validation' AS is_held_out,
               coalesce(b.accuracy, b.r2) AS score
        FROM pgradient.runs AS r
        CROSS JOIN LATERAL (
            SELECT m.split, m.epoch, m.loss, m.accuracy, m.r2
            FROM pgradient.metrics AS m
            WHERE m.run_id = r.id
            ORDER BY m.split = 'validation' DESC, coalesce(m.accuracy, m.r2) DESC NULLS LAST, m.loss, m.epoch
            LIMIT 1) AS b
        WHERE r.finished_at IS NOT NULL)
    SELECT rank() OVER (PARTITION BY source, label_name, task
                        ORDER BY is_held_out DESC, score DESC NULLS LAST, loss) AS rank,
           id AS run_id, name, task, source, label_name AS label, state, split, best_epoch, loss, accuracy, r2,
           epochs, rows, seconds, tags
    FROM measured
    ORDER BY task, is_held_out DESC, score DESC NULLS LAST, loss, id;

COMMENT ON VIEW pgradient.leaderboard IS
    'The finished runs, the best of each task first: one row per run, with the epoch that did best. What was measured on validation rows stands before what was measured on the rows learned from.';
COMMENT ON COLUMN pgradient.leaderboard.rank IS 'Place among the runs with the same source, label and task; equals share one.';
COMMENT ON COLUMN pgradient.leaderboard.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.leaderboard.name IS 'Its name, if it was given one.';
COMMENT ON COLUMN pgradient.leaderboard.task IS 'classification or regression.';
COMMENT ON COLUMN pgradient.leaderboard.source IS 'The table as the request named it, or the example.';
COMMENT ON COLUMN pgradient.leaderboard.label IS 'The column that is predicted.';
COMMENT ON COLUMN pgradient.leaderboard.state IS 'How the run ended; what one that failed has learned can be good all the same.';
COMMENT ON COLUMN pgradient.leaderboard.split IS
    'The rows that loss, accuracy and r2 were measured on: validation where the run has such metrics, else train.';
COMMENT ON COLUMN pgradient.leaderboard.best_epoch IS
    'The epoch with the highest accuracy or r2 on these rows; of equals the one with the lowest loss. Its parameters are there if the history of the run keeps them.';
COMMENT ON COLUMN pgradient.leaderboard.loss IS 'The loss of that epoch.';
COMMENT ON COLUMN pgradient.leaderboard.accuracy IS 'Its share of rows predicted right (classification).';
COMMENT ON COLUMN pgradient.leaderboard.r2 IS 'Its coefficient of determination (regression).';
COMMENT ON COLUMN pgradient.leaderboard.epochs IS 'Epochs that were trained.';
COMMENT ON COLUMN pgradient.leaderboard.rows IS 'Rows it learned from.';
COMMENT ON COLUMN pgradient.leaderboard.seconds IS 'How long it was trained, preparing included, pauses before it was resumed not.';
COMMENT ON COLUMN pgradient.leaderboard.tags IS 'Its tags.';
