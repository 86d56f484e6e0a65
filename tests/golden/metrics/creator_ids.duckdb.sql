SELECT
  "t0"."creator_id",
  "t0"."handle"
FROM "creators" AS "t0"
WHERE
  "t0"."creator_id" IS NOT NULL
ORDER BY
  "t0"."creator_id" ASC,
  "t0"."handle" ASC
