SELECT
  MIN("t0"."observed_at") AS "first_observed_at",
  MAX("t0"."observed_at") AS "last_observed_at"
FROM "post_snapshots" AS "t0"
