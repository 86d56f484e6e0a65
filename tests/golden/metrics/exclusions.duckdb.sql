WITH "newest_snapshots" AS (
  SELECT
    "t4"."post_id",
    "t4"."last"."observed_at" AS "observed_at",
    "t4"."last"."views" AS "views"
  FROM (
    SELECT
      "t3"."post_id",
      ARG_MAX({'observed_at': "t3"."observed_at", 'views': "t3"."views"}, "t3"."observed_at") AS "last"
    FROM (
      SELECT
        "t1"."post_id",
        "t1"."observed_at",
        "t1"."views"
      FROM "post_snapshots" AS "t1"
    ) AS "t3"
    GROUP BY
      1
  ) AS "t4"
)
SELECT
  COUNT(*) AS "total",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" IS NULL) AS "eligible",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" = 'young') AS "young",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" = 'ads') AS "ads",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" = 'pinned') AS "pinned",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" = 'photos') AS "photos",
  COUNT(*) FILTER(WHERE
    "t9"."excluded" = 'unknown_views') AS "unknown_views",
  COUNT(*) FILTER(WHERE
    (
      "t9"."excluded" IS NULL
    ) AND (
      "t9"."age_h" IS NULL
    )) AS "unknown_age",
  COUNT(*) FILTER(WHERE
    (
      "t9"."excluded" IS NULL
    )
    AND (
      NOT (
        "t9"."is_photo"
      )
      AND (
        (
          "t9"."duration_s" IS NULL
        ) OR (
          "t9"."duration_s" <= 0
        )
      )
    )) AS "unknown_duration"
FROM (
  SELECT
    "t8"."post_id",
    "t8"."platform",
    "t8"."handle",
    "t8"."posted_at",
    "t8"."duration_s",
    "t8"."is_ad",
    "t8"."is_pinned",
    "t8"."is_photo",
    "t8"."observed_at",
    "t8"."age_h",
    "t8"."views",
    CASE
      WHEN "t8"."is_photo"
      THEN 'photos'
      WHEN "t8"."is_ad"
      THEN 'ads'
      WHEN "t8"."is_pinned"
      THEN 'pinned'
      WHEN "t8"."age_h" < 72.0
      THEN 'young'
      WHEN "t8"."views" IS NULL
      THEN 'unknown_views'
      ELSE CAST(NULL AS TEXT)
    END AS "excluded"
  FROM (
    SELECT
      "t2"."post_id",
      "t2"."platform",
      "t2"."handle",
      "t2"."posted_at",
      "t2"."duration_s",
      "t2"."is_ad",
      "t2"."is_pinned",
      CASE WHEN "t2"."media_type" = 'photo' THEN TRUE ELSE FALSE END AS "is_photo",
      "t7"."observed_at",
      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t7"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t2"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "age_h",
      "t7"."views"
    FROM "posts" AS "t2"
    LEFT OUTER JOIN "newest_snapshots" AS "t7"
      ON "t2"."post_id" = "t7"."post_id"
  ) AS "t8"
) AS "t9"
