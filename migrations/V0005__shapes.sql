-- Mini-batches, checkpoints within an epoch, and the forms of the statement that a run chose among.

ALTER TABLE pgradient.runs
    ADD COLUMN batch_size  bigint,
    ADD COLUMN candidates  jsonb;

COMMENT ON COLUMN pgradient.runs.batch_size IS 'Rows that an iteration reads; the number of rows where it reads all of them.';
COMMENT ON COLUMN pgradient.runs.candidates IS
    'The forms that the training statement could take: what an iteration was estimated and measured to last, in milliseconds, and which form was chosen.';

ALTER TABLE pgradient.solver_state
    ADD COLUMN batch        bigint NOT NULL DEFAULT 0,
    ADD COLUMN weights      float8[],
    ADD COLUMN seen_loss    float8,
    ADD COLUMN seen_metric  float8,
    ADD COLUMN seen_rows    float8;

COMMENT ON TABLE pgradient.solver_state IS
    'The newest checkpoint of each run where it has more than its newest params: momentum or moments, and how far it is within an epoch of mini-batches.';
COMMENT ON COLUMN pgradient.solver_state.epoch IS 'The last whole epoch at the checkpoint.';
COMMENT ON COLUMN pgradient.solver_state.batch IS 'Batches of the next epoch that are done; 0 between epochs.';
COMMENT ON COLUMN pgradient.solver_state.weights IS 'The parameters within an epoch, in the order of params.weights; null between epochs.';
COMMENT ON COLUMN pgradient.solver_state.seen_loss IS 'Losses of the rows that the unfinished epoch has read so far, summed.';
COMMENT ON COLUMN pgradient.solver_state.seen_metric IS 'Right predictions, or squared errors, of those rows, summed.';
COMMENT ON COLUMN pgradient.solver_state.seen_rows IS 'How many rows those are.';

COMMENT ON TABLE pgradient.metrics IS
    'How good the parameters of an epoch are. An iteration measures the parameters it starts from; with mini-batches the epoch that begins with them is measured as it goes, batch by batch.';
