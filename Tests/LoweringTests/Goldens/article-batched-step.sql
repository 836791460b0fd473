SELECT '1'::int8 AS iteration, weights, state, seen_loss / rows AS loss, seen_metric / rows AS metric, rows,
  ($1 + 1) % 4 AS batch, seen_loss, seen_metric
FROM (SELECT weights, state, CASE WHEN $1 = 0 THEN '0'::float8 ELSE $2 END + loss * rows AS seen_loss,
  CASE WHEN $1 = 0 THEN '0'::float8 ELSE $3 END + metric * rows AS seen_metric, CASE WHEN $1 = 0 THEN '0'::float8 ELSE $4 END + rows AS rows
FROM (SELECT ARRAY[CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END, CASE WHEN abs(new_w1_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_1 END, CASE WHEN abs(new_w1_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_0 END, CASE WHEN abs(new_w1_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_1 END, CASE WHEN abs(new_b1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_0 END, CASE WHEN abs(new_b1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_1 END, CASE WHEN abs(new_w2_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_0 END, CASE WHEN abs(new_w2_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_1 END, CASE WHEN abs(new_w2_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_0 END, CASE WHEN abs(new_w2_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_1 END, CASE WHEN abs(new_b2_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_0 END, CASE WHEN abs(new_b2_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_1 END]::float8[] AS weights,
  ARRAY[]::float8[] AS state,
  ((sum_loss / n) + ('0.0005'::float8 * ((((($5 * $5) + ($6 * $6)) + ($7 * $7)) + ($8 * $8)) + (((($9 * $9) + ($10 * $10)) + ($11 * $11)) + ($12 * $12))))) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT n, sum_loss, sum_metric,
  ($5 - ($13 * CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END)) AS new_w1_0_0,
  ($6 - ($13 * CASE WHEN abs(g_w1_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_1 END)) AS new_w1_0_1,
  ($7 - ($13 * CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END)) AS new_w1_1_0,
  ($8 - ($13 * CASE WHEN abs(g_w1_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_1 END)) AS new_w1_1_1,
  ($14 - ($13 * CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END)) AS new_b1_0,
  ($15 - ($13 * CASE WHEN abs(g_b1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_1 END)) AS new_b1_1,
  ($9 - ($13 * CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END)) AS new_w2_0_0,
  ($10 - ($13 * CASE WHEN abs(g_w2_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_1 END)) AS new_w2_0_1,
  ($11 - ($13 * CASE WHEN abs(g_w2_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_0 END)) AS new_w2_1_0,
  ($12 - ($13 * CASE WHEN abs(g_w2_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_1 END)) AS new_w2_1_1,
  ($16 - ($13 * CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END)) AS new_b2_0,
  ($17 - ($13 * CASE WHEN abs(g_b2_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_1 END)) AS new_b2_1
FROM (SELECT n, sum_loss, sum_metric,
  ((d_w1_0_0 / n) + ('0.001'::float8 * $5)) AS g_w1_0_0,
  ((d_w1_0_1 / n) + ('0.001'::float8 * $6)) AS g_w1_0_1,
  ((d_w1_1_0 / n) + ('0.001'::float8 * $7)) AS g_w1_1_0,
  ((d_w1_1_1 / n) + ('0.001'::float8 * $8)) AS g_w1_1_1,
  (d_b1_0 / n) AS g_b1_0,
  (d_b1_1 / n) AS g_b1_1,
  (((- d_w2_0_1) / n) + ('0.001'::float8 * $9)) AS g_w2_0_0,
  ((d_w2_0_1 / n) + ('0.001'::float8 * $10)) AS g_w2_0_1,
  (((- d_w2_1_1) / n) + ('0.001'::float8 * $11)) AS g_w2_1_0,
  ((d_w2_1_1 / n) + ('0.001'::float8 * $12)) AS g_w2_1_1,
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
  CASE WHEN '0'::float8 < h1_0 THEN (delta2 * ($10 - $9)) ELSE '0'::float8 END AS delta1_0,
  CASE WHEN '0'::float8 < h1_1 THEN (delta2 * ($12 - $11)) ELSE '0'::float8 END AS delta1_1,
  (delta2 * h1_0) AS v71,
  (delta2 * h1_1) AS v72
FROM (SELECT y, x1, x2, h1_0, h1_1, logit, power,
  ((CASE WHEN logit < '0'::float8 THEN power ELSE '1'::float8 END / ('1'::float8 + power)) - y) AS delta2
FROM (SELECT y, x1, x2, h1_0, h1_1, logit,
  exp(greatest((- abs(logit)), '-100'::float8)) AS power
FROM (SELECT y, x1, x2, h1_0, h1_1,
  (((h1_0 * ($10 - $9)) + (h1_1 * ($12 - $11))) + ($17 - $16)) AS logit
FROM (SELECT y, x1, x2,
  greatest((((x1 * $5) + (x2 * $7)) + $14), '0'::float8) AS h1_0,
  greatest((((x1 * $6) + (x2 * $8)) + $15), '0'::float8) AS h1_1
FROM "example" WHERE batch = $1 OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 OFFSET '0') AS level_4 OFFSET '0') AS level_5 OFFSET '0') AS level_6 OFFSET '0') AS level_7 OFFSET '0') AS level_8 OFFSET '0') AS iteration OFFSET '0') AS u

-- $1 int8 batch
-- $2 float8 seen_loss
-- $3 float8 seen_metric
-- $4 float8 seen_rows
-- $5 float8 w1_0_0
-- $6 float8 w1_0_1
-- $7 float8 w1_1_0
-- $8 float8 w1_1_1
-- $9 float8 w2_0_0
-- $10 float8 w2_0_1
-- $11 float8 w2_1_0
-- $12 float8 w2_1_1
-- $13 float8 learning_rate
-- $14 float8 b1_0
-- $15 float8 b1_1
-- $16 float8 b2_0
-- $17 float8 b2_1
