SELECT
  "t8"."post_id",
  "t8"."from_at",
  "t8"."to_at",
  CAST(CAST(FLOOR(CAST(EPOCH(CAST("t8"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t8"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "hours",
  "t8"."views_from",
  "t8"."views_to",
  CAST("t8"."views_to" - "t8"."views_from" AS DOUBLE) / NULLIF(
    CAST(CAST(FLOOR(CAST(EPOCH(CAST("t8"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t8"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
    0
  ) AS "views_per_hour",
  (
    GREATEST(
      CASE
        WHEN (
          "t8"."views_from" >= 1000000000
        )
        AND (
          (
            "t8"."views_from" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t8"."views_from" >= 1000000
        )
        AND (
          (
            "t8"."views_from" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t8"."views_from" >= 10000
        ) AND (
          (
            "t8"."views_from" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          "t8"."views_to" >= 1000000000
        )
        AND (
          (
            "t8"."views_to" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t8"."views_to" >= 1000000
        ) AND (
          (
            "t8"."views_to" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t8"."views_to" >= 10000
        ) AND (
          (
            "t8"."views_to" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    ) > 0
  )
  AND (
    ABS("t8"."views_to" - "t8"."views_from") <= GREATEST(
      CASE
        WHEN (
          "t8"."views_from" >= 1000000000
        )
        AND (
          (
            "t8"."views_from" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t8"."views_from" >= 1000000
        )
        AND (
          (
            "t8"."views_from" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t8"."views_from" >= 10000
        ) AND (
          (
            "t8"."views_from" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          "t8"."views_to" >= 1000000000
        )
        AND (
          (
            "t8"."views_to" % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          "t8"."views_to" >= 1000000
        ) AND (
          (
            "t8"."views_to" % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          "t8"."views_to" >= 10000
        ) AND (
          (
            "t8"."views_to" % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    )
  )
  AND (
    "t8"."rounded_from" OR "t8"."rounded_to"
  ) AS "rounding_explains",
  "t8"."likes_from",
  "t8"."likes_to"
FROM (
  SELECT
    "t7"."post_id",
    LAG("t7"."observed_at") OVER (
      PARTITION BY "t7"."post_id"
      ORDER BY "t7"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "from_at",
    "t7"."observed_at" AS "to_at",
    LAG("t7"."views") OVER (
      PARTITION BY "t7"."post_id"
      ORDER BY "t7"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "views_from",
    "t7"."views" AS "views_to",
    LAG("t7"."rounded") OVER (
      PARTITION BY "t7"."post_id"
      ORDER BY "t7"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "rounded_from",
    "t7"."rounded" AS "rounded_to",
    LAG("t7"."likes") OVER (
      PARTITION BY "t7"."post_id"
      ORDER BY "t7"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "likes_from",
    "t7"."likes" AS "likes_to"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t3"."post_id",
        "t3"."observed_at",
        "t3"."views",
        "t3"."rounded",
        "t3"."likes"
      FROM (
        SELECT
          "t0"."post_id",
          "t0"."observed_at",
          "t0"."views",
          "t0"."rounded",
          "t0"."likes"
        FROM "post_snapshots" AS "t0"
      ) AS "t3"
      SEMI JOIN (
        SELECT
          *
        FROM "posts" AS "t1"
        WHERE
          "t1"."platform" = 'tiktok'
      ) AS "t5"
        ON "t3"."post_id" = "t5"."post_id"
    ) AS "t6"
    WHERE
      "t6"."views" IS NOT NULL
  ) AS "t7"
) AS "t8"
WHERE
  "t8"."from_at" IS NOT NULL
ORDER BY
  "t8"."post_id" ASC,
  "t8"."to_at" ASC
