-- A key that is sent again with another body is told apart from a request that is repeated.

ALTER TABLE pgradient.runs
    ADD COLUMN idempotency_hash  bytea,
    ADD COLUMN resume_key        text,
    ADD COLUMN resume_hash       bytea,
    ADD CONSTRAINT runs_hash_has_key CHECK (idempotency_hash IS NULL OR idempotency_key IS NOT NULL),
    ADD CONSTRAINT runs_resume_key_has_hash CHECK ((resume_key IS NULL) = (resume_hash IS NULL));

COMMENT ON COLUMN pgradient.runs.idempotency_hash IS
    'SHA-256 of the request that came with idempotency_key, as canonical JSON. Null for runs older than this column.';
COMMENT ON COLUMN pgradient.runs.resume_key IS 'The Idempotency-Key with which the run was resumed last, if there was one.';
COMMENT ON COLUMN pgradient.runs.resume_hash IS 'SHA-256 of the request that came with resume_key, as canonical JSON.';
