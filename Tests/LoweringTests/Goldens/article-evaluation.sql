SELECT ((sum_loss / n) + ('0.0005'::float8 * ((((($1 * $1) + ($2 * $2)) + ($3 * $3)) + ($4 * $4)) + (((($5 * $5) + ($6 * $6)) + ($7 * $7)) + ($8 * $8))))) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT sum((ln((exp(greatest((score_0 - greatest(score_0, score_1)), '-100'::float8)) + exp(greatest((score_1 - greatest(score_0, score_1)), '-100'::float8)))) - CASE WHEN y = '0'::float8 THEN (score_0 - greatest(score_0, score_1)) ELSE (score_1 - greatest(score_0, score_1)) END)) AS sum_loss,
  sum(CASE WHEN CASE WHEN score_0 < greatest(score_0, score_1) THEN '1'::float8 ELSE '0'::float8 END = y THEN '1'::float8 ELSE '0'::float8 END) AS sum_metric,
  count(*)::float8 AS n
FROM (SELECT y,
  (((h1_0 * $5) + (h1_1 * $7)) + $9) AS score_0,
  (((h1_0 * $6) + (h1_1 * $8)) + $10) AS score_1
FROM (SELECT y,
  greatest((((x1 * $1) + (x2 * $3)) + $11), '0'::float8) AS h1_0,
  greatest((((x1 * $2) + (x2 * $4)) + $12), '0'::float8) AS h1_1
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3

-- $1 float8 w1_0_0
-- $2 float8 w1_0_1
-- $3 float8 w1_1_0
-- $4 float8 w1_1_1
-- $5 float8 w2_0_0
-- $6 float8 w2_0_1
-- $7 float8 w2_1_0
-- $8 float8 w2_1_1
-- $9 float8 b2_0
-- $10 float8 b2_1
-- $11 float8 b1_0
-- $12 float8 b1_1
