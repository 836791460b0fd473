SELECT '1'::int8 AS iteration,
  ARRAY[CASE WHEN abs(new_w1_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_0_0 END, CASE WHEN abs(new_w1_1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w1_1_0 END, CASE WHEN abs(new_b1_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b1_0 END, CASE WHEN abs(new_w2_0_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_w2_0_0 END, CASE WHEN abs(new_b2_0) < '1e-100'::float8 THEN '0'::float8 ELSE new_b2_0 END]::float8[] AS weights,
  ARRAY[flushed_new_mean_w1_0_0, flushed_new_mean_w1_1_0, flushed_new_mean_b1_0, flushed_new_mean_w2_0_0, flushed_new_mean_b2_0, flushed_new_square_w1_0_0, flushed_new_square_w1_1_0, flushed_new_square_b1_0, flushed_new_square_w2_0_0, flushed_new_square_b2_0]::float8[] AS state,
  (sum_loss / n) AS loss,
  (sum_metric / n) AS metric,
  n AS rows
FROM (SELECT n, sum_loss, sum_metric, flushed_new_mean_b1_0, flushed_new_mean_b2_0, flushed_new_mean_w1_0_0, flushed_new_mean_w1_1_0, flushed_new_mean_w2_0_0, flushed_new_square_b1_0, flushed_new_square_b2_0, flushed_new_square_w1_0_0, flushed_new_square_w1_1_0, flushed_new_square_w2_0_0,
  ($1 - ($2 * ((flushed_new_mean_w1_0_0 / correction1) / (sqrt((flushed_new_square_w1_0_0 / correction2)) + '1e-08'::float8)))) AS new_w1_0_0,
  ($3 - ($2 * ((flushed_new_mean_w1_1_0 / correction1) / (sqrt((flushed_new_square_w1_1_0 / correction2)) + '1e-08'::float8)))) AS new_w1_1_0,
  ($4 - ($2 * ((flushed_new_mean_b1_0 / correction1) / (sqrt((flushed_new_square_b1_0 / correction2)) + '1e-08'::float8)))) AS new_b1_0,
  ($5 - ($2 * ((flushed_new_mean_w2_0_0 / correction1) / (sqrt((flushed_new_square_w2_0_0 / correction2)) + '1e-08'::float8)))) AS new_w2_0_0,
  ($6 - ($2 * ((flushed_new_mean_b2_0 / correction1) / (sqrt((flushed_new_square_b2_0 / correction2)) + '1e-08'::float8)))) AS new_b2_0
FROM (SELECT n, sum_loss, sum_metric, correction1, correction2,
  CASE WHEN abs(new_mean_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_mean_w1_0_0 END AS flushed_new_mean_w1_0_0,
  CASE WHEN abs(new_mean_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_mean_w1_1_0 END AS flushed_new_mean_w1_1_0,
  CASE WHEN abs(new_mean_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_mean_b1_0 END AS flushed_new_mean_b1_0,
  CASE WHEN abs(new_mean_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_mean_w2_0_0 END AS flushed_new_mean_w2_0_0,
  CASE WHEN abs(new_mean_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_mean_b2_0 END AS flushed_new_mean_b2_0,
  CASE WHEN abs(new_square_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_square_w1_0_0 END AS flushed_new_square_w1_0_0,
  CASE WHEN abs(new_square_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_square_w1_1_0 END AS flushed_new_square_w1_1_0,
  CASE WHEN abs(new_square_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_square_b1_0 END AS flushed_new_square_b1_0,
  CASE WHEN abs(new_square_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_square_w2_0_0 END AS flushed_new_square_w2_0_0,
  CASE WHEN abs(new_square_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE new_square_b2_0 END AS flushed_new_square_b2_0
FROM (SELECT n, sum_loss, sum_metric, correction1, correction2,
  (('0.9'::float8 * ($7)[1]) + ('0.09999999999999998'::float8 * flushed_g_w1_0_0)) AS new_mean_w1_0_0,
  (('0.9'::float8 * ($7)[2]) + ('0.09999999999999998'::float8 * flushed_g_w1_1_0)) AS new_mean_w1_1_0,
  (('0.9'::float8 * ($7)[3]) + ('0.09999999999999998'::float8 * flushed_g_b1_0)) AS new_mean_b1_0,
  (('0.9'::float8 * ($7)[4]) + ('0.09999999999999998'::float8 * flushed_g_w2_0_0)) AS new_mean_w2_0_0,
  (('0.9'::float8 * ($7)[5]) + ('0.09999999999999998'::float8 * flushed_g_b2_0)) AS new_mean_b2_0,
  (('0.999'::float8 * ($7)[6]) + ('0.0010000000000000009'::float8 * (flushed_g_w1_0_0 * flushed_g_w1_0_0))) AS new_square_w1_0_0,
  (('0.999'::float8 * ($7)[7]) + ('0.0010000000000000009'::float8 * (flushed_g_w1_1_0 * flushed_g_w1_1_0))) AS new_square_w1_1_0,
  (('0.999'::float8 * ($7)[8]) + ('0.0010000000000000009'::float8 * (flushed_g_b1_0 * flushed_g_b1_0))) AS new_square_b1_0,
  (('0.999'::float8 * ($7)[9]) + ('0.0010000000000000009'::float8 * (flushed_g_w2_0_0 * flushed_g_w2_0_0))) AS new_square_w2_0_0,
  (('0.999'::float8 * ($7)[10]) + ('0.0010000000000000009'::float8 * (flushed_g_b2_0 * flushed_g_b2_0))) AS new_square_b2_0
FROM (SELECT n, sum_loss, sum_metric, correction1, correction2,
  CASE WHEN abs(g_w1_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_0_0 END AS flushed_g_w1_0_0,
  CASE WHEN abs(g_w1_1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w1_1_0 END AS flushed_g_w1_1_0,
  CASE WHEN abs(g_b1_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b1_0 END AS flushed_g_b1_0,
  CASE WHEN abs(g_w2_0_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_w2_0_0 END AS flushed_g_w2_0_0,
  CASE WHEN abs(g_b2_0) < '1e-150'::float8 THEN '0'::float8 ELSE g_b2_0 END AS flushed_g_b2_0
FROM (SELECT n, sum_loss, sum_metric,
  (d_w1_0_0 / n) AS g_w1_0_0,
  (d_w1_1_0 / n) AS g_w1_1_0,
  (d_b1_0 / n) AS g_b1_0,
  (d_w2_0_0 / n) AS g_w2_0_0,
  (d_b2_0 / n) AS g_b2_0,
  ('1'::float8 - exp(greatest(($8 * '-0.10536051565782628'::float8), '-100'::float8))) AS correction1,
  ('1'::float8 - exp(greatest(($8 * '-0.0010005003335835344'::float8), '-100'::float8))) AS correction2
FROM (SELECT sum(error) AS d_b2_0,
  sum((h1_0 * error)) AS d_w2_0_0,
  sum(delta1_0) AS d_b1_0,
  sum((x1 * delta1_0)) AS d_w1_0_0,
  sum((x2 * delta1_0)) AS d_w1_1_0,
  sum(('0.5'::float8 * (error * error))) AS sum_loss,
  sum((error * error)) AS sum_metric,
  count(*)::float8 AS n
FROM (SELECT x1, x2, h1_0, error,
  ((error * $5) * ('1'::float8 - (h1_0 * h1_0))) AS delta1_0
FROM (SELECT x1, x2, h1_0,
  CASE WHEN abs((((h1_0 * $5) + $6) - y)) < '1e-100'::float8 THEN '0'::float8 ELSE (((h1_0 * $5) + $6) - y) END AS error
FROM (SELECT y, x1, x2,
  tanh((((x1 * $1) + (x2 * $3)) + $4)) AS h1_0
FROM "example" OFFSET '0'
) AS level_1 OFFSET '0') AS level_2 OFFSET '0') AS level_3 OFFSET '0') AS level_4 OFFSET '0') AS level_5 OFFSET '0') AS level_6 OFFSET '0') AS level_7 OFFSET '0') AS level_8 OFFSET '0') AS level_9

-- $1 float8 w1_0_0
-- $2 float8 learning_rate
-- $3 float8 w1_1_0
-- $4 float8 b1_0
-- $5 float8 w2_0_0
-- $6 float8 b2_0
-- $7 float8[] state
-- $8 float8 iteration
