SELECT
  *
FROM (
  SELECT
    "t0"."source",
    COUNT(*) AS "snapshots"
  FROM "post_snapshots" AS "t0"
  GROUP BY
    1
) AS "t1"
ORDER BY
  "t1"."snapshots" DESC,
  "t1"."source" ASC
