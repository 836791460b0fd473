-- Tables to learn from, for requests that schemathesis makes up.
CREATE SCHEMA fuzz;

CREATE TABLE fuzz.points AS
    SELECT sin(i) AS a, cos(i * 7) AS b, i % 4 AS k, (sin(i) + cos(i * 7) > 0)::int AS y
    FROM generate_series(1, 200) AS i;

CREATE TABLE fuzz.people (
    id int PRIMARY KEY, age int, "Plan of theirs" text, since date, is_old boolean, weights real[], spend numeric, note text
);
INSERT INTO fuzz.people
    SELECT i, 18 + i % 60, (ARRAY['a', 'b', 'ü'])[1 + i % 3], date '2020-01-01' + i, i % 2 = 0, ARRAY[i, -i, 0.5],
           i * 1.25, CASE WHEN i % 10 = 0 THEN NULL ELSE 'note ' || i END
    FROM generate_series(1, 120) AS i;

CREATE VIEW fuzz.words AS
    SELECT i::float8 AS a, i / 3 AS b, CASE WHEN i % 3 = 0 THEN 'no' WHEN i % 3 = 1 THEN 'yes' ELSE 'ö' END AS word
    FROM generate_series(1, 90) AS i;
