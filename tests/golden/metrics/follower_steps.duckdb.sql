SELECT
  "t2"."handle",
  "t2"."from_at",
  "t2"."to_at",
  CAST(CAST(FLOOR(CAST(EPOCH(CAST("t2"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t2"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "hours",
  "t2"."followers_from",
  "t2"."followers_to",
  (
    CAST("t2"."followers_to" - "t2"."followers_from" AS DOUBLE) * 24.0
  ) / NULLIF(
    CAST(CAST(FLOOR(CAST(EPOCH(CAST("t2"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t2"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
    0
  ) AS "followers_per_day",
  (
    GREATEST(
      CASE
        WHEN (
          "t2"."followers_from" >= 1000000000
        )
        AND (
          (
            "t2"."followers_from" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t2"."followers_from" >= 1000000
        )
        AND (
          (
            "t2"."followers_from" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t2"."followers_from" >= 10000
        )
        AND (
          (
            "t2"."followers_from" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          "t2"."followers_to" >= 1000000000
        )
        AND (
          (
            "t2"."followers_to" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t2"."followers_to" >= 1000000
        )
        AND (
          (
            "t2"."followers_to" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t2"."followers_to" >= 10000
        )
        AND (
          (
            "t2"."followers_to" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    ) > 0
  )
  AND (
    ABS("t2"."followers_to" - "t2"."followers_from") <= GREATEST(
      CASE
        WHEN (
          "t2"."followers_from" >= 1000000000
        )
        AND (
          (
            "t2"."followers_from" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t2"."followers_from" >= 1000000
        )
        AND (
          (
            "t2"."followers_from" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t2"."followers_from" >= 10000
        )
        AND (
          (
            "t2"."followers_from" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          "t2"."followers_to" >= 1000000000
        )
        AND (
          (
            "t2"."followers_to" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t2"."followers_to" >= 1000000
        )
        AND (
          (
            "t2"."followers_to" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t2"."followers_to" >= 10000
        )
        AND (
          (
            "t2"."followers_to" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    )
  ) AS "rounding_explains"
FROM (
  SELECT
    "t1"."handle",
    LAG("t1"."observed_at") OVER (
      PARTITION BY "t1"."handle"
      ORDER BY "t1"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "from_at",
    "t1"."observed_at" AS "to_at",
    LAG("t1"."followers") OVER (
      PARTITION BY "t1"."handle"
      ORDER BY "t1"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "followers_from",
    "t1"."followers" AS "followers_to"
  FROM (
    SELECT
      *
    FROM "creator_snapshots" AS "t0"
    WHERE
      "t0"."followers" IS NOT NULL
  ) AS "t1"
) AS "t2"
WHERE
  "t2"."from_at" IS NOT NULL
ORDER BY
  "t2"."handle" ASC,
  "t2"."to_at" ASC
