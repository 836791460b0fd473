SELECT '2'::int8 AS iteration,
  ARRAY[w1_0_0, w1_0_1, w1_1_0, w1_1_1, b1_0, b1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, b2_0, b2_1]::float8[] AS weights,
  ARRAY[]::float8[] AS state,
  loss_first AS loss,
  metric_first AS metric,
  rows_first AS rows
FROM (SELECT loss_first, rows_first, metric_first,
  CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END AS w1_0_0,
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
  CASE WHEN abs(new_b2_1) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_1 END AS b2_1
FROM (SELECT loss_first, rows_first, metric_first,
  (w1_0_0 - ($1 * CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END)) AS new_w1_0_0,
  (w1_0_1 - ($1 * CASE WHEN abs(g_w1_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_1 END)) AS new_w1_0_1,
  (w1_1_0 - ($1 * CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END)) AS new_w1_1_0,
  (w1_1_1 - ($1 * CASE WHEN abs(g_w1_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_1 END)) AS new_w1_1_1,
  (b1_0 - ($1 * CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END)) AS new_b1_0,
  (b1_1 - ($1 * CASE WHEN abs(g_b1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_1 END)) AS new_b1_1,
  (w2_0_0 - ($1 * CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END)) AS new_w2_0_0,
  (w2_0_1 - ($1 * CASE WHEN abs(g_w2_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_1 END)) AS new_w2_0_1,
  (w2_1_0 - ($1 * CASE WHEN abs(g_w2_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_0 END)) AS new_w2_1_0,
  (w2_1_1 - ($1 * CASE WHEN abs(g_w2_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_1 END)) AS new_w2_1_1,
  (b2_0 - ($1 * CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END)) AS new_b2_0,
  (b2_1 - ($1 * CASE WHEN abs(g_b2_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_1 END)) AS new_b2_1
FROM (SELECT b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, loss_first, rows_first, metric_first,
  ((d_w1_0_0 / n) + ('0.001'::float8 * w1_0_0)) AS g_w1_0_0,
  ((d_w1_0_1 / n) + ('0.001'::float8 * w1_0_1)) AS g_w1_0_1,
  ((d_w1_1_0 / n) + ('0.001'::float8 * w1_1_0)) AS g_w1_1_0,
  ((d_w1_1_1 / n) + ('0.001'::float8 * w1_1_1)) AS g_w1_1_1,
  (d_b1_0 / n) AS g_b1_0,
  (d_b1_1 / n) AS g_b1_1,
  (((- d_w2_0_1) / n) + ('0.001'::float8 * w2_0_0)) AS g_w2_0_0,
  ((d_w2_0_1 / n) + ('0.001'::float8 * w2_0_1)) AS g_w2_0_1,
  (((- d_w2_1_1) / n) + ('0.001'::float8 * w2_1_0)) AS g_w2_1_0,
  ((d_w2_1_1 / n) + ('0.001'::float8 * w2_1_1)) AS g_w2_1_1,
  ((- d_b2_1) / n) AS g_b2_0,
  (d_b2_1 / n) AS g_b2_1
FROM (SELECT b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, loss_first, rows_first, metric_first,
  sum(delta2) OVER () AS d_b2_1,
  sum((delta2 * h1_0)) OVER () AS d_w2_0_1,
  sum((delta2 * h1_1)) OVER () AS d_w2_1_1,
  sum(CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END) OVER () AS d_b1_0,
  sum(CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END) OVER () AS d_b1_1,
  sum((x1 * CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END)) OVER () AS d_w1_0_0,
  sum((x1 * CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END)) OVER () AS d_w1_0_1,
  sum((x2 * CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END)) OVER () AS d_w1_1_0,
  sum((x2 * CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END)) OVER () AS d_w1_1_1,
  count(*) OVER ()::float8 AS n
FROM (SELECT x1, x2, b1_0, b1_1, b2_0, b2_1, h1_0, h1_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, loss_first, rows_first, metric_first,
  ((CASE WHEN (((h1_0 * (w2_0_1 - w2_0_0)) + (h1_1 * (w2_1_1 - w2_1_0))) + (b2_1 - b2_0)) < '0'::float8 THEN exp(greatest((- abs((((h1_0 * (w2_0_1 - w2_0_0)) + (h1_1 * (w2_1_1 - w2_1_0))) + (b2_1 - b2_0)))), '-100'::float8)) ELSE '1'::float8 END / ('1'::float8 + exp(greatest((- abs((((h1_0 * (w2_0_1 - w2_0_0)) + (h1_1 * (w2_1_1 - w2_1_0))) + (b2_1 - b2_0)))), '-100'::float8)))) - y) AS delta2
FROM (SELECT y, x1, x2, b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1, loss_first, rows_first, metric_first,
  greatest((((x1 * w1_0_0) + (x2 * w1_1_0)) + b1_0), '0'::float8) AS h1_0,
  greatest((((x1 * w1_0_1) + (x2 * w1_1_1)) + b1_1), '0'::float8) AS h1_1
FROM (SELECT y, x1, x2,
  CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END AS w1_0_0,
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
  v224 AS loss_first,
  v225 AS metric_first,
  n AS rows_first
FROM (SELECT n, y, x1, x2, v224, v225,
  (w1_0_0 - ($1 * CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END)) AS new_w1_0_0,
  (w1_0_1 - ($1 * CASE WHEN abs(g_w1_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_1 END)) AS new_w1_0_1,
  (w1_1_0 - ($1 * CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END)) AS new_w1_1_0,
  (w1_1_1 - ($1 * CASE WHEN abs(g_w1_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_1 END)) AS new_w1_1_1,
  (b1_0 - ($1 * CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END)) AS new_b1_0,
  (b1_1 - ($1 * CASE WHEN abs(g_b1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_1 END)) AS new_b1_1,
  (w2_0_0 - ($1 * CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END)) AS new_w2_0_0,
  (w2_0_1 - ($1 * CASE WHEN abs(g_w2_0_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_1 END)) AS new_w2_0_1,
  (w2_1_0 - ($1 * CASE WHEN abs(g_w2_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_0 END)) AS new_w2_1_0,
  (w2_1_1 - ($1 * CASE WHEN abs(g_w2_1_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_1_1 END)) AS new_w2_1_1,
  (b2_0 - ($1 * CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END)) AS new_b2_0,
  (b2_1 - ($1 * CASE WHEN abs(g_b2_1) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_1 END)) AS new_b2_1
FROM (SELECT n, y, x1, x2, b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1,
  ((d_w1_0_0 / n) + ('0.001'::float8 * w1_0_0)) AS g_w1_0_0,
  ((d_w1_0_1 / n) + ('0.001'::float8 * w1_0_1)) AS g_w1_0_1,
  ((d_w1_1_0 / n) + ('0.001'::float8 * w1_1_0)) AS g_w1_1_0,
  ((d_w1_1_1 / n) + ('0.001'::float8 * w1_1_1)) AS g_w1_1_1,
  (d_b1_0 / n) AS g_b1_0,
  (d_b1_1 / n) AS g_b1_1,
  (((- d_w2_0_1) / n) + ('0.001'::float8 * w2_0_0)) AS g_w2_0_0,
  ((d_w2_0_1 / n) + ('0.001'::float8 * w2_0_1)) AS g_w2_0_1,
  (((- d_w2_1_1) / n) + ('0.001'::float8 * w2_1_0)) AS g_w2_1_0,
  ((d_w2_1_1 / n) + ('0.001'::float8 * w2_1_1)) AS g_w2_1_1,
  ((- d_b2_1) / n) AS g_b2_0,
  (d_b2_1 / n) AS g_b2_1,
  ((sum_loss / n) + ('0.0005'::float8 * (((((w1_0_0 * w1_0_0) + (w1_0_1 * w1_0_1)) + (w1_1_0 * w1_1_0)) + (w1_1_1 * w1_1_1)) + ((((w2_0_0 * w2_0_0) + (w2_0_1 * w2_0_1)) + (w2_1_0 * w2_1_0)) + (w2_1_1 * w2_1_1))))) AS v224,
  (sum_metric / n) AS v225
FROM (SELECT y, x1, x2, b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1,
  sum(delta2) OVER () AS d_b2_1,
  sum((delta2 * h1_0)) OVER () AS d_w2_0_1,
  sum((delta2 * h1_1)) OVER () AS d_w2_1_1,
  sum(CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END) OVER () AS d_b1_0,
  sum(CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END) OVER () AS d_b1_1,
  sum((x1 * CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END)) OVER () AS d_w1_0_0,
  sum((x1 * CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END)) OVER () AS d_w1_0_1,
  sum((x2 * CASE WHEN '0'::float8 < h1_0 THEN (delta2 * (w2_0_1 - w2_0_0)) ELSE '0'::float8 END)) OVER () AS d_w1_1_0,
  sum((x2 * CASE WHEN '0'::float8 < h1_1 THEN (delta2 * (w2_1_1 - w2_1_0)) ELSE '0'::float8 END)) OVER () AS d_w1_1_1,
  sum(((greatest(logit, '0'::float8) + ln(('1'::float8 + exp(greatest((- abs(logit)), '-100'::float8))))) - (y * logit))) OVER () AS sum_loss,
  sum(CASE WHEN CASE WHEN '0'::float8 < logit THEN '1'::float8 ELSE '0'::float8 END = y THEN '1'::float8 ELSE '0'::float8 END) OVER () AS sum_metric,
  count(*) OVER ()::float8 AS n
FROM (SELECT y, x1, x2, b1_0, b1_1, b2_0, b2_1, h1_0, h1_1, logit, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1,
  ((CASE WHEN logit < '0'::float8 THEN exp(greatest((- abs(logit)), '-100'::float8)) ELSE '1'::float8 END / ('1'::float8 + exp(greatest((- abs(logit)), '-100'::float8)))) - y) AS delta2
FROM (SELECT y, x1, x2, b1_0, b1_1, b2_0, b2_1, h1_0, h1_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1,
  (((h1_0 * (w2_0_1 - w2_0_0)) + (h1_1 * (w2_1_1 - w2_1_0))) + (b2_1 - b2_0)) AS logit
FROM (SELECT y, x1, x2, b1_0, b1_1, b2_0, b2_1, w1_0_0, w1_0_1, w1_1_0, w1_1_1, w2_0_0, w2_0_1, w2_1_0, w2_1_1,
  greatest((((x1 * w1_0_0) + (x2 * w1_1_0)) + b1_0), '0'::float8) AS h1_0,
  greatest((((x1 * w1_0_1) + (x2 * w1_1_1)) + b1_1), '0'::float8) AS h1_1
FROM (SELECT y, x1, x2,
  $2 AS w1_0_0,
  $3 AS w1_0_1,
  $4 AS w1_1_0,
  $5 AS w1_1_1,
  $6 AS b1_0,
  $7 AS b1_1,
  $8 AS w2_0_0,
  $9 AS w2_0_1,
  $10 AS w2_1_0,
  $11 AS w2_1_1,
  $12 AS b2_0,
  $13 AS b2_1
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 OFFSET '0') AS level_4 OFFSET '0') AS level_5 OFFSET '0') AS level_6 OFFSET '0') AS level_7 OFFSET '0') AS level_8 OFFSET '0') AS level_9 OFFSET '0') AS level_10 OFFSET '0') AS level_11 OFFSET '0') AS level_12 OFFSET '0') AS level_13 OFFSET '0') AS level_14
LIMIT 1

-- $1 float8 learning_rate
-- $2 float8 w1_0_0
-- $3 float8 w1_0_1
-- $4 float8 w1_1_0
-- $5 float8 w1_1_1
-- $6 float8 b1_0
-- $7 float8 b1_1
-- $8 float8 w2_0_0
-- $9 float8 w2_0_1
-- $10 float8 w2_1_0
-- $11 float8 w2_1_1
-- $12 float8 b2_0
-- $13 float8 b2_1
