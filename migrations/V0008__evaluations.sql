-- How good a run is on its own rows: a document per split, and views that read it.

CREATE TABLE pgradient.evaluations (
    run_id       bigint NOT NULL REFERENCES pgradient.runs ON DELETE CASCADE,
    split        text NOT NULL,
    epoch        integer NOT NULL,
    measured_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    document     jsonb NOT NULL,
    PRIMARY KEY (run_id, split),
    CONSTRAINT evaluations_split_known CHECK (split IN ('train', 'validation', 'test'))
);

COMMENT ON TABLE pgradient.evaluations IS
    'The newest evaluation of a run on each of its splits. A successful run of up to 100,000 rows leaves one; asking for one replaces it.';
COMMENT ON COLUMN pgradient.evaluations.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.evaluations.split IS 'Which of its rows were measured on.';
COMMENT ON COLUMN pgradient.evaluations.epoch IS 'The epoch whose parameters were measured.';
COMMENT ON COLUMN pgradient.evaluations.measured_at IS 'When that was.';
COMMENT ON COLUMN pgradient.evaluations.document IS
    'All that was measured, as GET /train/{id}/evaluation answers. The views confusion_matrix, class_report, calibration and evaluation_summary read it.';

CREATE VIEW pgradient.evaluation_summary AS
    SELECT e.run_id, r.name, e.split, e.epoch, e.measured_at, (d ->> 'rows')::bigint AS rows,
           (d ->> 'accuracy')::float8 AS accuracy, (d ->> 'log_loss')::float8 AS log_loss,
           (d ->> 'roc_auc')::float8 AS roc_auc, (d -> 'macro' ->> 'f1')::float8 AS macro_f1,
           (d -> 'calibration' ->> 'expected_error')::float8 AS calibration_error,
           (d ->> 'rmse')::float8 AS rmse, (d ->> 'mae')::float8 AS mae, (d ->> 'r2')::float8 AS r2,
           (d ->> 'mean_error')::float8 AS mean_error, (d ->> 'max_error')::float8 AS max_error,
           d ->> 'notice' AS notice
    FROM pgradient.evaluations AS e
    JOIN pgradient.runs AS r ON r.id = e.run_id
    CROSS JOIN LATERAL (SELECT e.document AS d) AS one;

COMMENT ON VIEW pgradient.evaluation_summary IS 'One row per evaluation: the numbers that runs are compared by.';
COMMENT ON COLUMN pgradient.evaluation_summary.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.evaluation_summary.name IS 'Its name, if it was given one.';
COMMENT ON COLUMN pgradient.evaluation_summary.split IS 'Which of its rows were measured on.';
COMMENT ON COLUMN pgradient.evaluation_summary.epoch IS 'The epoch whose parameters were measured.';
COMMENT ON COLUMN pgradient.evaluation_summary.measured_at IS 'When that was.';
COMMENT ON COLUMN pgradient.evaluation_summary.rows IS 'How many rows were measured on.';
COMMENT ON COLUMN pgradient.evaluation_summary.accuracy IS 'Share of rows predicted right (classification).';
COMMENT ON COLUMN pgradient.evaluation_summary.log_loss IS 'Mean of −ln of the probability of a row''s class, which counts as at least 1e-15 (classification).';
COMMENT ON COLUMN pgradient.evaluation_summary.roc_auc IS
    'Area under the ROC curve: of the second of two classes; of more classes the mean of each against the others. Null if a class or all others do not occur (classification).';
COMMENT ON COLUMN pgradient.evaluation_summary.macro_f1 IS 'Mean F1 of the classes (classification).';
COMMENT ON COLUMN pgradient.evaluation_summary.calibration_error IS 'Mean distance of predicted probability and observed share, by ten bins, weighted by rows (classification).';
COMMENT ON COLUMN pgradient.evaluation_summary.rmse IS 'Root of the mean squared error (regression).';
COMMENT ON COLUMN pgradient.evaluation_summary.mae IS 'Mean magnitude of the errors (regression).';
COMMENT ON COLUMN pgradient.evaluation_summary.r2 IS 'Coefficient of determination; null where the label does not vary (regression).';
COMMENT ON COLUMN pgradient.evaluation_summary.mean_error IS 'Mean of prediction less actual value: above 0 where predictions are too high (regression).';
COMMENT ON COLUMN pgradient.evaluation_summary.max_error IS 'Largest magnitude of an error (regression).';
COMMENT ON COLUMN pgradient.evaluation_summary.notice IS 'What a reader of the numbers has to know, such as that the source has other rows by now.';

CREATE VIEW pgradient.confusion_matrix AS
    SELECT e.run_id, e.split, e.epoch, m -> 'classes' ->> (line.number - 1)::integer AS actual,
           m -> 'classes' ->> (cell.number - 1)::integer AS predicted, cell.rows::bigint AS rows
    FROM pgradient.evaluations AS e
    CROSS JOIN LATERAL (SELECT e.document -> 'confusion_matrix' AS m) AS one
    CROSS JOIN LATERAL jsonb_array_elements(m -> 'counts') WITH ORDINALITY AS line (counts, number)
    CROSS JOIN LATERAL jsonb_array_elements_text(line.counts) WITH ORDINALITY AS cell (rows, number);

COMMENT ON VIEW pgradient.confusion_matrix IS 'How many rows of each class were predicted to be of each class.';
COMMENT ON COLUMN pgradient.confusion_matrix.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.confusion_matrix.split IS 'Which of its rows were measured on.';
COMMENT ON COLUMN pgradient.confusion_matrix.epoch IS 'The epoch whose parameters were measured.';
COMMENT ON COLUMN pgradient.confusion_matrix.actual IS 'The class that the rows are of.';
COMMENT ON COLUMN pgradient.confusion_matrix.predicted IS 'The class that they were predicted to be of.';
COMMENT ON COLUMN pgradient.confusion_matrix.rows IS 'How many they are.';

CREATE VIEW pgradient.class_report AS
    SELECT e.run_id, e.split, e.epoch, c.line ->> 'class' AS class, (c.line ->> 'precision')::float8 AS precision,
           (c.line ->> 'recall')::float8 AS recall, (c.line ->> 'f1')::float8 AS f1,
           (c.line ->> 'roc_auc')::float8 AS roc_auc, (c.line ->> 'support')::bigint AS support,
           (c.line ->> 'predicted')::bigint AS predicted
    FROM pgradient.evaluations AS e
    CROSS JOIN LATERAL jsonb_array_elements(e.document -> 'classes') WITH ORDINALITY AS c (line, number)
    ORDER BY e.run_id, e.split, c.number;

COMMENT ON VIEW pgradient.class_report IS 'How well each class is told from the others. What would be a division by zero is null.';
COMMENT ON COLUMN pgradient.class_report.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.class_report.split IS 'Which of its rows were measured on.';
COMMENT ON COLUMN pgradient.class_report.epoch IS 'The epoch whose parameters were measured.';
COMMENT ON COLUMN pgradient.class_report.class IS 'The class.';
COMMENT ON COLUMN pgradient.class_report.precision IS 'Of the rows predicted to be of the class, the share that is; null if there are none.';
COMMENT ON COLUMN pgradient.class_report.recall IS 'Of the rows of the class, the share predicted to be; null if there are none.';
COMMENT ON COLUMN pgradient.class_report.f1 IS 'Harmonic mean of precision and recall.';
COMMENT ON COLUMN pgradient.class_report.roc_auc IS 'Area under the ROC curve of the class against the others.';
COMMENT ON COLUMN pgradient.class_report.support IS 'Rows of the class.';
COMMENT ON COLUMN pgradient.class_report.predicted IS 'Rows predicted to be of the class.';

CREATE VIEW pgradient.calibration AS
    SELECT e.run_id, e.split, e.epoch, e.document -> 'calibration' ->> 'class' AS class, b.number AS bin,
           (b.line ->> 'from')::float8 AS "from", (b.line ->> 'to')::float8 AS "to", (b.line ->> 'rows')::bigint AS rows,
           (b.line ->> 'predicted')::float8 AS predicted, (b.line ->> 'observed')::float8 AS observed
    FROM pgradient.evaluations AS e
    CROSS JOIN LATERAL jsonb_array_elements(e.document -> 'calibration' -> 'bins') WITH ORDINALITY AS b (line, number)
    ORDER BY e.run_id, e.split, b.number;

COMMENT ON VIEW pgradient.calibration IS 'Whether what is predicted with 70 % comes true in 70 % of the rows: ten bins of the predicted probability.';
COMMENT ON COLUMN pgradient.calibration.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.calibration.split IS 'Which of its rows were measured on.';
COMMENT ON COLUMN pgradient.calibration.epoch IS 'The epoch whose parameters were measured.';
COMMENT ON COLUMN pgradient.calibration.class IS 'The class whose probability it is: the second of two; null where it is the predicted one of more.';
COMMENT ON COLUMN pgradient.calibration.bin IS 'The tenth of the range from 0 to 1, from 1.';
COMMENT ON COLUMN pgradient.calibration."from" IS 'Probabilities from here, this included,';
COMMENT ON COLUMN pgradient.calibration."to" IS 'to here, this left to the next bin, but for 1.';
COMMENT ON COLUMN pgradient.calibration.rows IS 'How many rows have one.';
COMMENT ON COLUMN pgradient.calibration.predicted IS 'Their mean probability; null in an empty bin.';
COMMENT ON COLUMN pgradient.calibration.observed IS 'The share of them for which it came true; null in an empty bin.';
