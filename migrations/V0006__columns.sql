-- Columns of every kind, rows that are held out, rows that count differently.

ALTER TABLE pgradient.runs
    ADD COLUMN feature_encodings    jsonb,
    ADD COLUMN class_counts         bigint[],
    ADD COLUMN class_weights        float8[],
    ADD COLUMN notices              jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN split_thresholds     bigint[],
    ADD COLUMN validation_rows      bigint,
    ADD COLUMN validation_variance  float8,
    ADD COLUMN validation_loss      float8,
    ADD COLUMN validation_accuracy  float8,
    ADD COLUMN validation_r2        float8,
    ADD COLUMN best_epoch           integer,
    ADD COLUMN best_loss            float8;

-- Until now every feature was a number.
UPDATE pgradient.runs SET
    feature_encodings = (
        SELECT jsonb_agg(
            jsonb_build_object('name', name, 'type', 'real', 'as', 'number', 'mean', mean, 'scale', scale) ORDER BY n)
        FROM unnest(feature_names, feature_means, feature_scales) WITH ORDINALITY AS feature (name, mean, scale, n)),
    validation_rows = 0
WHERE feature_means IS NOT NULL;

ALTER TABLE pgradient.runs
    DROP COLUMN feature_means,
    DROP COLUMN feature_scales;

COMMENT ON COLUMN pgradient.runs.feature_names IS 'Columns of the source that are features.';
COMMENT ON COLUMN pgradient.runs.feature_encodings IS
    'How each feature becomes columns of the snapshot: mean and scale of a number, the categories of a text; the same in training and prediction.';
COMMENT ON COLUMN pgradient.runs.class_counts IS 'Rows to train on, class by class; null for regression.';
COMMENT ON COLUMN pgradient.runs.class_weights IS 'What the rows of each class count in the loss; null if all count 1.';
COMMENT ON COLUMN pgradient.runs.notices IS 'What was decided without being asked for, in sentences.';
COMMENT ON COLUMN pgradient.runs.split_thresholds IS
    'Hashes up to which rows are held out for validation, class by class; null unless a share of the rows is.';
COMMENT ON COLUMN pgradient.runs.rows IS 'Rows that are trained on.';
COMMENT ON COLUMN pgradient.runs.validation_rows IS 'Rows that are held out for validation.';
COMMENT ON COLUMN pgradient.runs.validation_variance IS 'Population variance of the label among the rows for validation, for R² of a regression.';
COMMENT ON COLUMN pgradient.runs.validation_loss IS 'The newest loss on the rows for validation.';
COMMENT ON COLUMN pgradient.runs.validation_accuracy IS 'The newest share of those rows that are predicted right.';
COMMENT ON COLUMN pgradient.runs.validation_r2 IS 'The newest coefficient of determination on those rows.';
COMMENT ON COLUMN pgradient.runs.best_epoch IS 'The epoch with the lowest validation loss; null without rows for validation.';
COMMENT ON COLUMN pgradient.runs.best_loss IS 'The validation loss of that epoch.';
COMMENT ON COLUMN pgradient.metrics.split IS 'train or validation: the rows that were measured on.';
