-- What was asked, what was decided, how far it is, and who is working on it.

CREATE TABLE pgradient.runs (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name              text,
    state             text NOT NULL DEFAULT 'queued',
    spec              jsonb NOT NULL,
    idempotency_key   text UNIQUE,

    task              text NOT NULL,
    seed              bigint NOT NULL,
    feature_names     text[] NOT NULL,
    label_name        text NOT NULL,
    layer_sizes       integer[],
    activations       text[],
    class_labels      jsonb,
    feature_means     float8[],
    feature_scales    float8[],
    label_variance    float8,
    rows              bigint,
    content_hash      text,
    shape             text,
    shape_reason      text,

    epoch             integer NOT NULL DEFAULT 0,
    max_iter          integer NOT NULL,
    loss              float8,
    accuracy          float8,
    r2                float8,
    learning_rate     float8,
    stop_reason       text,
    error             jsonb,

    attempt           integer NOT NULL DEFAULT 0,
    lease_token       uuid,
    lease_owner       text,
    lease_expires_at  timestamptz,

    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at        timestamptz,
    finished_at       timestamptz,

    CONSTRAINT runs_state_known CHECK (state IN
        ('queued', 'preparing', 'running', 'succeeded', 'failed', 'diverged', 'cancelled')),
    CONSTRAINT runs_task_known CHECK (task IN ('classification', 'regression')),
    CONSTRAINT runs_stop_reason_known CHECK (stop_reason IN
        ('max_iter', 'tol', 'early_stopping', 'max_runtime', 'diverged', 'cancelled', 'error')),
    CONSTRAINT runs_leased_while_worked_on CHECK
        ((state IN ('preparing', 'running')) = (lease_token IS NOT NULL AND lease_expires_at IS NOT NULL)),
    CONSTRAINT runs_final_is_finished CHECK
        ((state IN ('succeeded', 'failed', 'diverged', 'cancelled'))
            = (finished_at IS NOT NULL AND stop_reason IS NOT NULL)),
    CONSTRAINT runs_epoch_in_range CHECK (epoch BETWEEN 0 AND max_iter)
);

CREATE INDEX runs_open ON pgradient.runs (id) WHERE state IN ('queued', 'preparing', 'running');

COMMENT ON TABLE pgradient.runs IS 'One row per training run: what was asked, what was decided, progress, lease.';
COMMENT ON COLUMN pgradient.runs.id IS 'The number by which people and URLs name the run.';
COMMENT ON COLUMN pgradient.runs.name IS 'A name given by the user; need not be unique.';
COMMENT ON COLUMN pgradient.runs.state IS
    'queued, preparing, running, then succeeded, failed, diverged or cancelled. Running with an expired lease: its daemon died, and any other takes the run over.';
COMMENT ON COLUMN pgradient.runs.spec IS 'The request with every default filled in.';
COMMENT ON COLUMN pgradient.runs.idempotency_key IS 'The Idempotency-Key of the request: the same key never starts a second run.';
COMMENT ON COLUMN pgradient.runs.task IS 'classification or regression.';
COMMENT ON COLUMN pgradient.runs.seed IS 'Seeds the initial weights and the example data.';
COMMENT ON COLUMN pgradient.runs.feature_names IS 'Columns of the source that are features; x1, x2, … of the snapshot in this order.';
COMMENT ON COLUMN pgradient.runs.label_name IS 'Column of the source that is predicted.';
COMMENT ON COLUMN pgradient.runs.layer_sizes IS 'Units per layer: inputs, hidden layers, outputs.';
COMMENT ON COLUMN pgradient.runs.activations IS 'One per hidden layer.';
COMMENT ON COLUMN pgradient.runs.class_labels IS 'The classes in the order of the outputs, with the JSON type of their column; null for regression.';
COMMENT ON COLUMN pgradient.runs.feature_means IS 'Subtracted from each feature, in training and prediction; 0 without standardize.';
COMMENT ON COLUMN pgradient.runs.feature_scales IS 'Divides each feature after that: the population standard deviation; 1 without standardize.';
COMMENT ON COLUMN pgradient.runs.label_variance IS 'Population variance of the label, for R² of a regression.';
COMMENT ON COLUMN pgradient.runs.rows IS 'Rows of the snapshot.';
COMMENT ON COLUMN pgradient.runs.content_hash IS 'Hash of the snapshot''s content, whatever the order of its rows.';
COMMENT ON COLUMN pgradient.runs.shape IS 'The form of the training statement.';
COMMENT ON COLUMN pgradient.runs.shape_reason IS 'Why this form, in a sentence.';
COMMENT ON COLUMN pgradient.runs.epoch IS 'The last committed epoch.';
COMMENT ON COLUMN pgradient.runs.max_iter IS 'Epochs to train at most.';
COMMENT ON COLUMN pgradient.runs.loss IS 'The newest loss on the training rows.';
COMMENT ON COLUMN pgradient.runs.accuracy IS 'The newest share of training rows that are predicted right.';
COMMENT ON COLUMN pgradient.runs.r2 IS 'The newest coefficient of determination on the training rows.';
COMMENT ON COLUMN pgradient.runs.learning_rate IS 'The learning rate of the last epoch.';
COMMENT ON COLUMN pgradient.runs.stop_reason IS 'Why a finished run stopped.';
COMMENT ON COLUMN pgradient.runs.error IS 'Code, message, hint and SQLSTATE of what ended a failed run.';
COMMENT ON COLUMN pgradient.runs.attempt IS 'How often the run was taken up; part of the fence.';
COMMENT ON COLUMN pgradient.runs.lease_token IS 'The fencing token: only who holds it may write results of the run.';
COMMENT ON COLUMN pgradient.runs.lease_owner IS 'Host and process of who works on the run.';
COMMENT ON COLUMN pgradient.runs.lease_expires_at IS 'When others may take the run over; every commit moves it on.';
COMMENT ON COLUMN pgradient.runs.created_at IS 'When it was asked for.';
COMMENT ON COLUMN pgradient.runs.started_at IS 'When it was first taken up.';
COMMENT ON COLUMN pgradient.runs.finished_at IS 'When it reached a final state.';

CREATE TABLE pgradient.cancel_requests (
    run_id        bigint PRIMARY KEY REFERENCES pgradient.runs ON DELETE CASCADE,
    requested_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE pgradient.cancel_requests IS
    'Runs that someone wants stopped. A table of its own, because the row of a run is locked while a statement trains it.';
COMMENT ON COLUMN pgradient.cancel_requests.run_id IS 'The run to stop.';
COMMENT ON COLUMN pgradient.cancel_requests.requested_at IS 'When it was asked for.';
