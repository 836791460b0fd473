SELECT ((sum_loss / n) + ('0.0005'::float8 * ((((($1 * $1) + ($2 * $2)) + ($3 * $3)) + ($4 * $4)) + (((($5 * $5) + ($6 * $6)) + ($7 * $7)) + ($8 * $8))))) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT sum(((greatest(logit, '0'::float8) + ln(('1'::float8 + exp(greatest((- abs(logit)), '-100'::float8))))) - (y * logit))) AS sum_loss,
  sum(CASE WHEN CASE WHEN '0'::float8 < logit THEN '1'::float8 ELSE '0'::float8 END = y THEN '1'::float8 ELSE '0'::float8 END) AS sum_metric,
  count(*)::float8 AS n
FROM (SELECT y,
  (((greatest((((x1 * $1) + (x2 * $3)) + $9), '0'::float8) * ($6 - $5)) + (greatest((((x1 * $2) + (x2 * $4)) + $10), '0'::float8) * ($8 - $7))) + ($11 - $12)) AS logit
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2

-- $1 float8 w1_0_0
-- $2 float8 w1_0_1
-- $3 float8 w1_1_0
-- $4 float8 w1_1_1
-- $5 float8 w2_0_0
-- $6 float8 w2_0_1
-- $7 float8 w2_1_0
-- $8 float8 w2_1_1
-- $9 float8 b1_0
-- $10 float8 b1_1
-- $11 float8 b2_1
-- $12 float8 b2_0
