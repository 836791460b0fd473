SELECT '1'::int8 AS iteration,
  ARRAY[CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END, CASE WHEN abs(new_w1_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_1 END, CASE WHEN abs(new_w1_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_0 END, CASE WHEN abs(new_w1_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_1 END, CASE WHEN abs(new_b1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_0 END, CASE WHEN abs(new_b1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_1 END, CASE WHEN abs(new_w2_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_0 END, CASE WHEN abs(new_w2_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_1 END, CASE WHEN abs(new_w2_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_0 END, CASE WHEN abs(new_w2_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_1 END, CASE WHEN abs(new_b2_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_0 END, CASE WHEN abs(new_b2_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_1 END]::float8[] AS weights,
  ARRAY[]::float8[] AS state,
  ((sum_loss / n) + ('0.0005'::float8 * ((((($1 * $1) + ($2 * $2)) + ($3 * $3)) + ($4 * $4)) + (((($5 * $5) + ($6 * $6)) + ($7 * $7)) + ($8 * $8))))) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT n, sum_loss, sum_metric,
  ($1 - ($9 * CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END)) AS new_w1_0_0,
  ($2 - ($9 * CASE WHEN abs(g_w1_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_1 END)) AS new_w1_0_1,
  ($3 - ($9 * CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END)) AS new_w1_1_0,
  ($4 - ($9 * CASE WHEN abs(g_w1_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_1 END)) AS new_w1_1_1,
  ($10 - ($9 * CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END)) AS new_b1_0,
  ($11 - ($9 * CASE WHEN abs(g_b1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_1 END)) AS new_b1_1,
  ($5 - ($9 * CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END)) AS new_w2_0_0,
  ($6 - ($9 * CASE WHEN abs(g_w2_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_1 END)) AS new_w2_0_1,
  ($7 - ($9 * CASE WHEN abs(g_w2_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_0 END)) AS new_w2_1_0,
  ($8 - ($9 * CASE WHEN abs(g_w2_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_1 END)) AS new_w2_1_1,
  ($12 - ($9 * CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END)) AS new_b2_0,
  ($13 - ($9 * CASE WHEN abs(g_b2_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_1 END)) AS new_b2_1
FROM (SELECT n, sum_loss, sum_metric,
  ((d_w1_0_0 / n) + ('0.001'::float8 * $1)) AS g_w1_0_0,
  ((d_w1_0_1 / n) + ('0.001'::float8 * $2)) AS g_w1_0_1,
  ((d_w1_1_0 / n) + ('0.001'::float8 * $3)) AS g_w1_1_0,
  ((d_w1_1_1 / n) + ('0.001'::float8 * $4)) AS g_w1_1_1,
  (d_b1_0 / n) AS g_b1_0,
  (d_b1_1 / n) AS g_b1_1,
  (((- d_w2_0_1) / n) + ('0.001'::float8 * $5)) AS g_w2_0_0,
  ((d_w2_0_1 / n) + ('0.001'::float8 * $6)) AS g_w2_0_1,
  (((- d_w2_1_1) / n) + ('0.001'::float8 * $7)) AS g_w2_1_0,
  ((d_w2_1_1 / n) + ('0.001'::float8 * $8)) AS g_w2_1_1,
  ((- d_b2_1) / n) AS g_b2_0,
  (d_b2_1 / n) AS g_b2_1
FROM (SELECT sum(delta2) AS d_b2_1,
  sum(v71) AS d_w2_0_1,
  sum(v72) AS d_w2_1_1,
  sum(delta1_0) AS d_b1_0,
  sum(delta1_1) AS d_b1_1,
  sum((x1 * delta1_0)) AS d_w1_0_0,
  sum((x1 * delta1_1)) AS d_w1_0_1,
  sum((x2 * delta1_0)) AS d_w1_1_0,
  sum((x2 * delta1_1)) AS d_w1_1_1,
  sum(((greatest(logit, '0'::float8) + ln(('1'::float8 + power))) - (y * logit))) AS sum_loss,
  sum(CASE WHEN CASE WHEN '0'::float8 < logit THEN '1'::float8 ELSE '0'::float8 END = y THEN '1'::float8 ELSE '0'::float8 END) AS sum_metric,
  count(*)::float8 AS n
FROM (SELECT y, x1, x2, logit, power, delta2,
  CASE WHEN '0'::float8 < h1_0 THEN (delta2 * ($6 - $5)) ELSE '0'::float8 END AS delta1_0,
  CASE WHEN '0'::float8 < h1_1 THEN (delta2 * ($8 - $7)) ELSE '0'::float8 END AS delta1_1,
  (delta2 * h1_0) AS v71,
  (delta2 * h1_1) AS v72
FROM (SELECT y, x1, x2, h1_0, h1_1, logit, power,
  ((CASE WHEN logit < '0'::float8 THEN power ELSE '1'::float8 END / ('1'::float8 + power)) - y) AS delta2
FROM (SELECT y, x1, x2, h1_0, h1_1, logit,
  exp(greatest((- abs(logit)), '-100'::float8)) AS power
FROM (SELECT y, x1, x2, h1_0, h1_1,
  (((h1_0 * ($6 - $5)) + (h1_1 * ($8 - $7))) + ($13 - $12)) AS logit
FROM (SELECT y, x1, x2,
  greatest((((x1 * $1) + (x2 * $3)) + $10), '0'::float8) AS h1_0,
  greatest((((x1 * $2) + (x2 * $4)) + $11), '0'::float8) AS h1_1
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 OFFSET '0') AS level_4 OFFSET '0') AS level_5 OFFSET '0') AS level_6 OFFSET '0') AS level_7 OFFSET '0') AS level_8

-- $1 float8 w1_0_0
-- $2 float8 w1_0_1
-- $3 float8 w1_1_0
-- $4 float8 w1_1_1
-- $5 float8 w2_0_0
-- $6 float8 w2_0_1
-- $7 float8 w2_1_0
-- $8 float8 w2_1_1
-- $9 float8 learning_rate
-- $10 float8 b1_0
-- $11 float8 b1_1
-- $12 float8 b2_0
-- $13 float8 b2_1
