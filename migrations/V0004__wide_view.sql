-- A run's parameters as columns, for who wants them side by side.

CREATE FUNCTION pgradient.create_wide_view(run bigint)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    view_name text := format('params_run_%s', run);
    columns   text;
    width     bigint;
BEGIN
    SELECT string_agg(format('weights[%s] AS %I', n.ordinal, n.name), ', ' ORDER BY n.ordinal), count(n.name)
    INTO columns, width
    FROM pgradient.runs AS r
    CROSS JOIN LATERAL pgradient.param_layout(r.layer_sizes) AS n
    WHERE r.id = run;

    IF width = 0 THEN
        RAISE EXCEPTION 'run % has no parameters', run
            USING HINT = 'SELECT * FROM pgradient.progress lists the runs';
    ELSIF width > 1599 THEN
        RAISE EXCEPTION 'run % has % parameters, and a view has at most 1,600 columns', run, width
            USING HINT = 'use pgradient.param_history';
    END IF;

    EXECUTE format(
        'CREATE OR REPLACE VIEW pgradient_data.%I AS SELECT epoch, %s FROM pgradient.params WHERE run_id = %s',
        view_name, columns, run);
    RETURN 'pgradient_data.' || view_name;
END
$$;

COMMENT ON FUNCTION pgradient.create_wide_view(bigint) IS
    'Makes the view pgradient_data.params_run_N of a run: epoch, and a column for every parameter. Answers with its name.';
