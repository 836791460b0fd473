-- Parameters by name, for psql.

CREATE FUNCTION pgradient.param_layout(layer_sizes integer[])
RETURNS TABLE (ordinal bigint, layer integer, kind text, i integer, j integer, name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT row_number() OVER (ORDER BY l, k DESC, a, b),
           l, k, a, b,
           CASE k WHEN 'w' THEN format('w%s_%s_%s', l, a, b) ELSE format('b%s_%s', l, b) END
    FROM generate_series(1, cardinality(layer_sizes) - 1) AS l
    CROSS JOIN (VALUES ('w'), ('b')) AS kinds (k)
    CROSS JOIN LATERAL generate_series(0, CASE k WHEN 'w' THEN layer_sizes[l] - 1 ELSE 0 END) AS a
    CROSS JOIN LATERAL generate_series(0, layer_sizes[l + 1] - 1) AS b
$$;

COMMENT ON FUNCTION pgradient.param_layout(integer[]) IS
    'Names and places of the numbers in params.weights for given units per layer: w{layer}_{i}_{j} goes from input i to unit j, b{layer}_{j} is a bias.';

CREATE VIEW pgradient.param_history AS
    SELECT p.run_id, p.epoch, n.layer, n.kind, n.i, n.j, n.name, p.weights[n.ordinal] AS value
    FROM pgradient.params AS p
    JOIN pgradient.runs AS r ON r.id = p.run_id
    CROSS JOIN LATERAL pgradient.param_layout(r.layer_sizes) AS n;

COMMENT ON VIEW pgradient.param_history IS 'Every parameter of every epoch of every run, by name.';
COMMENT ON COLUMN pgradient.param_history.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.param_history.epoch IS 'The epoch; 0 are the initial parameters.';
COMMENT ON COLUMN pgradient.param_history.layer IS 'The layer, from 1.';
COMMENT ON COLUMN pgradient.param_history.kind IS 'w for a weight, b for a bias.';
COMMENT ON COLUMN pgradient.param_history.i IS 'The input the weight comes from, from 0; 0 for a bias.';
COMMENT ON COLUMN pgradient.param_history.j IS 'The unit it goes to, from 0.';
COMMENT ON COLUMN pgradient.param_history.name IS 'w{layer}_{i}_{j} or b{layer}_{j}.';
COMMENT ON COLUMN pgradient.param_history.value IS 'The number.';

CREATE VIEW pgradient.progress AS
    SELECT r.id, r.name, r.state, r.epoch, r.max_iter, r.loss, r.accuracy, r.r2, r.shape, r.rows,
           coalesce(r.finished_at, clock_timestamp()) - r.started_at AS duration, r.stop_reason,
           r.error ->> 'message' AS error
    FROM pgradient.runs AS r
    ORDER BY r.id DESC;

COMMENT ON VIEW pgradient.progress IS 'The runs, newest first, as a person wants to read them.';
COMMENT ON COLUMN pgradient.progress.id IS 'The run.';
COMMENT ON COLUMN pgradient.progress.name IS 'Its name, if it was given one.';
COMMENT ON COLUMN pgradient.progress.state IS 'Where it stands.';
COMMENT ON COLUMN pgradient.progress.epoch IS 'The last committed epoch.';
COMMENT ON COLUMN pgradient.progress.max_iter IS 'Epochs to train at most.';
COMMENT ON COLUMN pgradient.progress.loss IS 'The newest loss on the training rows.';
COMMENT ON COLUMN pgradient.progress.accuracy IS 'The newest share of training rows that are predicted right.';
COMMENT ON COLUMN pgradient.progress.r2 IS 'The newest coefficient of determination on the training rows.';
COMMENT ON COLUMN pgradient.progress.shape IS 'The form of the training statement.';
COMMENT ON COLUMN pgradient.progress.rows IS 'Rows it learns from.';
COMMENT ON COLUMN pgradient.progress.duration IS 'From the first start to the end, or to now.';
COMMENT ON COLUMN pgradient.progress.stop_reason IS 'Why a finished run stopped.';
COMMENT ON COLUMN pgradient.progress.error IS 'What ended a failed run.';

CREATE SCHEMA IF NOT EXISTS pgradient_data;

COMMENT ON SCHEMA pgradient_data IS 'Training snapshots, one table per run at work: x1, x2, … and y, all float8. Dropped when the run ends.';
