-- What the decision picture of a run with two inputs is drawn on: kept, because the snapshot is dropped when the run ends.

CREATE TABLE pgradient.pictures (
    run_id             bigint PRIMARY KEY REFERENCES pgradient.runs ON DELETE CASCADE,
    minima             float8[] NOT NULL,
    maxima             float8[] NOT NULL,
    sample_x           float8[] NOT NULL,
    sample_y           float8[] NOT NULL,
    sample_label       float8[] NOT NULL,
    sample_validation  boolean[] NOT NULL,
    notice             text,
    CONSTRAINT pictures_two_axes CHECK (cardinality(minima) = 2 AND cardinality(maxima) = 2),
    CONSTRAINT pictures_sample_whole CHECK (
        cardinality(sample_x) = cardinality(sample_y) AND cardinality(sample_x) = cardinality(sample_label)
        AND cardinality(sample_x) = cardinality(sample_validation))
);

COMMENT ON TABLE pgradient.pictures IS
    'Where the rows of a run with two inputs lie: what GET /train/{id}/boundary draws on. Deleted with the run.';
COMMENT ON COLUMN pgradient.pictures.run_id IS 'The run.';
COMMENT ON COLUMN pgradient.pictures.minima IS 'The smallest value of either feature, as it is read: dates as days since 1970, times in seconds.';
COMMENT ON COLUMN pgradient.pictures.maxima IS 'The largest ones.';
COMMENT ON COLUMN pgradient.pictures.sample_x IS 'The first feature of up to 500 rows drawn at random from those to train on and those held out.';
COMMENT ON COLUMN pgradient.pictures.sample_y IS 'Their second feature.';
COMMENT ON COLUMN pgradient.pictures.sample_label IS 'Their label: the index of the class from 0, or the value.';
COMMENT ON COLUMN pgradient.pictures.sample_validation IS 'Whether they are held out for validation.';
COMMENT ON COLUMN pgradient.pictures.notice IS 'What a reader of the picture has to know, such as that the source has other rows by now.';
