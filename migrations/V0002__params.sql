-- What was learned: parameters of every epoch, metrics, and the solver's newest state.

CREATE TABLE pgradient.params (
    run_id   bigint NOT NULL REFERENCES pgradient.runs ON DELETE CASCADE,
    epoch    integer NOT NULL CHECK (epoch >= 0),
    weights  float8[] NOT NULL,
    PRIMARY KEY (run_id, epoch)
);

COMMENT ON TABLE pgradient.params IS 'The parameters of every epoch; epoch 0 are the initial ones.';
COMMENT ON COLUMN pgradient.params.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.params.epoch IS 'The number of passes over the data after which these are the parameters.';
COMMENT ON COLUMN pgradient.params.weights IS
    'Layer by layer from 1: weights w{layer}_{i}_{j} from input i to unit j row by row, then biases b{layer}_{j}. See param_history for names.';

CREATE TABLE pgradient.metrics (
    run_id         bigint NOT NULL REFERENCES pgradient.runs ON DELETE CASCADE,
    epoch          integer NOT NULL CHECK (epoch >= 0),
    split          text NOT NULL CHECK (split IN ('train', 'validation')),
    loss           float8 NOT NULL,
    accuracy       float8,
    r2             float8,
    learning_rate  float8,
    duration_ms    float8,
    PRIMARY KEY (run_id, split, epoch)
);

COMMENT ON TABLE pgradient.metrics IS 'How good the parameters of an epoch are. An iteration measures the parameters it starts from.';
COMMENT ON COLUMN pgradient.metrics.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.metrics.epoch IS 'The epoch whose parameters were measured; 0 is the state before training.';
COMMENT ON COLUMN pgradient.metrics.split IS 'Which rows were measured on.';
COMMENT ON COLUMN pgradient.metrics.loss IS 'Mean loss and penalty of the weights.';
COMMENT ON COLUMN pgradient.metrics.accuracy IS 'Share of rows predicted right (classification).';
COMMENT ON COLUMN pgradient.metrics.r2 IS 'Coefficient of determination (regression).';
COMMENT ON COLUMN pgradient.metrics.learning_rate IS 'The learning rate of the iteration that began with these parameters.';
COMMENT ON COLUMN pgradient.metrics.duration_ms IS 'How long the statement that measured them ran, divided by its iterations.';

CREATE TABLE pgradient.solver_state (
    run_id  bigint PRIMARY KEY REFERENCES pgradient.runs ON DELETE CASCADE,
    epoch   integer NOT NULL,
    state   float8[] NOT NULL
);

COMMENT ON TABLE pgradient.solver_state IS 'Momentum or moments after the newest epoch of each run, so that a run goes on where it stopped.';
COMMENT ON COLUMN pgradient.solver_state.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.solver_state.epoch IS 'The epoch after which this was the state.';
COMMENT ON COLUMN pgradient.solver_state.state IS
    'sgd with momentum: velocities. adam: means, then squares. Each in the order of params.weights.';
