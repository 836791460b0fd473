WITH RECURSIVE training AS (
SELECT '0'::int8 AS k, ($1)[1] AS w1_0_0, ($1)[2] AS w1_0_1, ($1)[3] AS w1_1_0, ($1)[4] AS w1_1_1, ($1)[5] AS b1_0, ($1)[6] AS b1_1, ($1)[7] AS w2_0_0, ($1)[8] AS w2_0_1, ($1)[9] AS w2_1_0, ($1)[10] AS w2_1_1, ($1)[11] AS b2_0, ($1)[12] AS b2_1, $2 AS state, NULL::float8 AS loss, NULL::float8 AS metric, NULL::float8 AS rows, true AS sound
UNION ALL
SELECT t.k + 1 AS k, u.w1_0_0, u.w1_0_1, u.w1_1_0, u.w1_1_1, u.b1_0, u.b1_1, u.w2_0_0, u.w2_0_1, u.w2_1_0, u.w2_1_1, u.b2_0, u.b2_1, u.state, u.loss, u.metric, u.rows, (u.loss < 'Infinity'::float8 AND greatest(abs(u.w1_0_0), abs(u.w1_0_1), abs(u.w1_1_0), abs(u.w1_1_1), abs(u.b1_0), abs(u.b1_1), abs(u.w2_0_0), abs(u.w2_0_1), abs(u.w2_1_0), abs(u.w2_1_1), abs(u.b2_0), abs(u.b2_1)) < '1e+100'::float8) AS sound
FROM (SELECT *, (t.w2_0_1 - t.w2_0_0) AS logit_w_0, (t.w2_1_1 - t.w2_1_0) AS logit_w_1, (t.b2_1 - t.b2_0) AS logit_b
FROM training AS t OFFSET '0') AS t
CROSS JOIN LATERAL (
SELECT CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END AS w1_0_0,
  CASE WHEN abs(new_w1_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_1 END AS w1_0_1,
  CASE WHEN abs(new_w1_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_0 END AS w1_1_0,
  CASE WHEN abs(new_w1_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_1 END AS w1_1_1,
  CASE WHEN abs(new_b1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_0 END AS b1_0,
  CASE WHEN abs(new_b1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_1 END AS b1_1,
  CASE WHEN abs(new_w2_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_0 END AS w2_0_0,
  CASE WHEN abs(new_w2_0_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_1 END AS w2_0_1,
  CASE WHEN abs(new_w2_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_0 END AS w2_1_0,
  CASE WHEN abs(new_w2_1_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_1_1 END AS w2_1_1,
  CASE WHEN abs(new_b2_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_0 END AS b2_0,
  CASE WHEN abs(new_b2_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_1 END AS b2_1,
  ARRAY[]::float8[] AS state,
  ((sum_loss / n) + ('0.0005'::float8 * (((((t.w1_0_0 * t.w1_0_0) + (t.w1_0_1 * t.w1_0_1)) + (t.w1_1_0 * t.w1_1_0)) + (t.w1_1_1 * t.w1_1_1)) + ((((t.w2_0_0 * t.w2_0_0) + (t.w2_0_1 * t.w2_0_1)) + (t.w2_1_0 * t.w2_1_0)) + (t.w2_1_1 * t.w2_1_1))))) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT n, sum_loss, sum_metric,
  (t.w1_0_0 - ($3 * CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END)) AS new_w1_0_0,
  (t.w1_0_1 - ($3 * CASE WHEN abs(g_w1_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_1 END)) AS new_w1_0_1,
  (t.w1_1_0 - ($3 * CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END)) AS new_w1_1_0,
  (t.w1_1_1 - ($3 * CASE WHEN abs(g_w1_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_1 END)) AS new_w1_1_1,
  (t.b1_0 - ($3 * CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END)) AS new_b1_0,
  (t.b1_1 - ($3 * CASE WHEN abs(g_b1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_1 END)) AS new_b1_1,
  (t.w2_0_0 - ($3 * CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END)) AS new_w2_0_0,
  (t.w2_0_1 - ($3 * CASE WHEN abs(g_w2_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_1 END)) AS new_w2_0_1,
  (t.w2_1_0 - ($3 * CASE WHEN abs(g_w2_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_0 END)) AS new_w2_1_0,
  (t.w2_1_1 - ($3 * CASE WHEN abs(g_w2_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_1 END)) AS new_w2_1_1,
  (t.b2_0 - ($3 * CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END)) AS new_b2_0,
  (t.b2_1 - ($3 * CASE WHEN abs(g_b2_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_1 END)) AS new_b2_1
FROM (SELECT n, sum_loss, sum_metric,
  ((d_w1_0_0 / n) + ('0.001'::float8 * t.w1_0_0)) AS g_w1_0_0,
  ((d_w1_0_1 / n) + ('0.001'::float8 * t.w1_0_1)) AS g_w1_0_1,
  ((d_w1_1_0 / n) + ('0.001'::float8 * t.w1_1_0)) AS g_w1_1_0,
  ((d_w1_1_1 / n) + ('0.001'::float8 * t.w1_1_1)) AS g_w1_1_1,
  (d_b1_0 / n) AS g_b1_0,
  (d_b1_1 / n) AS g_b1_1,
  (((- d_w2_0_1) / n) + ('0.001'::float8 * t.w2_0_0)) AS g_w2_0_0,
  ((d_w2_0_1 / n) + ('0.001'::float8 * t.w2_0_1)) AS g_w2_0_1,
  (((- d_w2_1_1) / n) + ('0.001'::float8 * t.w2_1_0)) AS g_w2_1_0,
  ((d_w2_1_1 / n) + ('0.001'::float8 * t.w2_1_1)) AS g_w2_1_1,
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
  CASE WHEN '0'::float8 < h1_0 THEN (delta2 * t.logit_w_0) ELSE '0'::float8 END AS delta1_0,
  CASE WHEN '0'::float8 < h1_1 THEN (delta2 * t.logit_w_1) ELSE '0'::float8 END AS delta1_1,
  (delta2 * h1_0) AS v71,
  (delta2 * h1_1) AS v72
FROM (SELECT y, x1, x2, h1_0, h1_1, logit, power,
  ((CASE WHEN logit < '0'::float8 THEN power ELSE '1'::float8 END / ('1'::float8 + power)) - y) AS delta2
FROM (SELECT y, x1, x2, h1_0, h1_1, logit,
  exp(greatest((- abs(logit)), '-100'::float8)) AS power
FROM (SELECT y, x1, x2, h1_0, h1_1,
  (((h1_0 * t.logit_w_0) + (h1_1 * t.logit_w_1)) + t.logit_b) AS logit
FROM (SELECT y, x1, x2,
  greatest((((x1 * t.w1_0_0) + (x2 * t.w1_1_0)) + t.b1_0), '0'::float8) AS h1_0,
  greatest((((x1 * t.w1_0_1) + (x2 * t.w1_1_1)) + t.b1_1), '0'::float8) AS h1_1
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 OFFSET '0') AS level_4 OFFSET '0') AS level_5 OFFSET '0') AS level_6 OFFSET '0') AS level_7 OFFSET '0') AS level_8 OFFSET '0') AS u
WHERE t.sound AND t.k < $4
)
SELECT k AS iteration, ARRAY[w1_0_0, w1_0_1, w1_1_0, w1_1_1, b1_0, b1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, b2_0, b2_1]::float8[] AS weights, state, loss, metric, rows FROM training WHERE k > 0

-- $1 float8[] weights
-- $2 float8[] state
-- $3 float8 learning_rate
-- $4 int8 iterations
