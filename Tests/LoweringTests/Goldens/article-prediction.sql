SELECT id,
  ARRAY[(power_0 / (power_0 + power_1)), (power_1 / (power_0 + power_1))]::float8[] AS prediction,
  v54 AS class
FROM (SELECT id, v54,
  exp(greatest((score_0 - greatest(score_0, score_1)), '-100'::float8)) AS power_0,
  exp(greatest((score_1 - greatest(score_0, score_1)), '-100'::float8)) AS power_1
FROM (SELECT id,
  (((h1_0 * $1) + (h1_1 * $2)) + $3) AS score_0,
  (((h1_0 * $4) + (h1_1 * $5)) + $6) AS score_1,
  CASE WHEN '0'::float8 < (((h1_0 * ($4 - $1)) + (h1_1 * ($5 - $2))) + ($6 - $3)) THEN '1'::float8 ELSE '0'::float8 END AS v54
FROM (SELECT id,
  greatest((((x1 * $7) + (x2 * $8)) + $9), '0'::float8) AS h1_0,
  greatest((((x1 * $10) + (x2 * $11)) + $12), '0'::float8) AS h1_1
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 ORDER BY id

-- $1 float8 w2_0_0
-- $2 float8 w2_1_0
-- $3 float8 b2_0
-- $4 float8 w2_0_1
-- $5 float8 w2_1_1
-- $6 float8 b2_1
-- $7 float8 w1_0_0
-- $8 float8 w1_1_0
-- $9 float8 b1_0
-- $10 float8 w1_0_1
-- $11 float8 w1_1_1
-- $12 float8 b1_1
