SELECT
  *
FROM (
  SELECT
    "t1"."handle",
    COUNT(*) AS "posts",
    MIN("t1"."posted_at") AS "first_posted_at",
    MAX("t1"."posted_at") AS "last_posted_at"
  FROM (
    SELECT
      *
    FROM "posts" AS "t0"
    WHERE
      "t0"."handle" IS NOT NULL
  ) AS "t1"
  GROUP BY
    1
) AS "t2"
ORDER BY
  "t2"."posts" DESC,
  "t2"."handle" ASC
