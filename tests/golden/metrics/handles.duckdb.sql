SELECT DISTINCT
  "t0"."handle"
FROM "posts" AS "t0"
WHERE
  "t0"."handle" IS NOT NULL
ORDER BY
  "t0"."handle" ASC
