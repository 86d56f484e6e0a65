WITH "newest_snapshots" AS (
  SELECT
    "t4"."post_id",
    "t4"."last"."observed_at" AS "observed_at",
    "t4"."last"."views" AS "views",
    "t4"."last"."likes" AS "likes",
    "t4"."last"."comments" AS "comments",
    "t4"."last"."shares" AS "shares",
    "t4"."last"."saves" AS "saves",
    "t4"."last"."downloads" AS "downloads"
  FROM (
    SELECT
      "t3"."post_id",
      ARG_MAX(
        {'observed_at': "t3"."observed_at", 'views': "t3"."views", 'likes': "t3"."likes", 'comments': "t3"."comments", 'shares': "t3"."shares", 'saves': "t3"."saves", 'downloads': "t3"."downloads"},
        "t3"."observed_at"
      ) AS "last"
    FROM (
      SELECT
        "t1"."post_id",
        "t1"."observed_at",
        "t1"."views",
        "t1"."likes",
        "t1"."comments",
        "t1"."shares",
        "t1"."saves",
        "t1"."downloads"
      FROM "post_snapshots" AS "t1"
    ) AS "t3"
    GROUP BY
      1
  ) AS "t4"
), "rated_posts" AS (
  SELECT
    *
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
      "t8"."likes",
      "t8"."comments",
      "t8"."shares",
      "t8"."saves",
      "t8"."downloads",
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
        WHEN (
          COALESCE("t8"."likes" > "t8"."views", FALSE)
          AND COALESCE("t8"."views" >= 0, FALSE)
        )
        OR (
          COALESCE("t8"."views" = 0, FALSE)
          AND (
            COALESCE("t8"."likes" > 0, FALSE)
            OR COALESCE("t8"."comments" > 0, FALSE)
            OR COALESCE("t8"."shares" > 0, FALSE)
            OR COALESCE("t8"."saves" > 0, FALSE)
          )
        )
        OR (
          COALESCE("t8"."duration_s" > 36000.0, FALSE)
          OR COALESCE((
            "t8"."platform" = 'tiktok'
          ) AND (
            "t8"."duration_s" > 3700.0
          ), FALSE)
          OR COALESCE((
            "t8"."duration_s" > 0
          ) AND (
            "t8"."duration_s" < 0.5
          ), FALSE)
        )
        THEN 'implausible'
        ELSE CAST(NULL AS TEXT)
      END AS "excluded",
      (
        CASE
          WHEN "t8"."likes" >= 0
          THEN CAST("t8"."likes" AS DOUBLE)
          ELSE CAST(NULL AS DOUBLE)
        END + CASE
          WHEN "t8"."comments" >= 0
          THEN CAST("t8"."comments" AS DOUBLE)
          ELSE CAST(NULL AS DOUBLE)
        END + CASE
          WHEN "t8"."shares" >= 0
          THEN CAST("t8"."shares" AS DOUBLE)
          ELSE CAST(NULL AS DOUBLE)
        END
      ) / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "engagement_rate",
      CASE
        WHEN "t8"."likes" >= 0
        THEN CAST("t8"."likes" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "like_rate",
      CASE
        WHEN "t8"."comments" >= 0
        THEN CAST("t8"."comments" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "comment_rate",
      CASE
        WHEN "t8"."shares" >= 0
        THEN CAST("t8"."shares" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "share_rate",
      CASE
        WHEN "t8"."saves" >= 0
        THEN CAST("t8"."saves" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "save_rate",
      CASE
        WHEN "t8"."downloads" >= 0
        THEN CAST("t8"."downloads" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END / CASE
        WHEN "t8"."views" > 0
        THEN CAST("t8"."views" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END AS "download_rate",
      CASE
        WHEN "t8"."is_photo"
        THEN 'photo'
        WHEN (
          "t8"."duration_s" IS NULL
        ) OR (
          "t8"."duration_s" <= 0
        )
        THEN CAST(NULL AS TEXT)
        WHEN "t8"."duration_s" <= 10
        THEN '<=10'
        WHEN "t8"."duration_s" <= 20
        THEN '<=20'
        WHEN "t8"."duration_s" <= 35
        THEN '<=35'
        WHEN "t8"."duration_s" <= 60
        THEN '<=60'
        ELSE '>60'
      END AS "bucket"
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
        "t7"."views",
        "t7"."likes",
        "t7"."comments",
        "t7"."shares",
        "t7"."saves",
        "t7"."downloads"
      FROM "posts" AS "t2"
      LEFT OUTER JOIN "newest_snapshots" AS "t7"
        ON "t2"."post_id" = "t7"."post_id"
    ) AS "t8"
  ) AS "t9"
  WHERE
    "t9"."excluded" IS NULL AND "t9"."bucket" IS NOT NULL
)
SELECT
  *
FROM (
  SELECT
    "t12"."bucket",
    COUNT(*) AS "n",
    QUANTILE_CONT("t12"."engagement_rate", 0.5) AS "engagement_rate_median",
    QUANTILE_CONT("t12"."engagement_rate", 0.9) AS "engagement_rate_p90",
    COUNT("t12"."engagement_rate") AS "engagement_rate_n",
    QUANTILE_CONT("t12"."like_rate", 0.5) AS "like_rate_median",
    QUANTILE_CONT("t12"."like_rate", 0.9) AS "like_rate_p90",
    COUNT("t12"."like_rate") AS "like_rate_n",
    QUANTILE_CONT("t12"."comment_rate", 0.5) AS "comment_rate_median",
    QUANTILE_CONT("t12"."comment_rate", 0.9) AS "comment_rate_p90",
    COUNT("t12"."comment_rate") AS "comment_rate_n",
    QUANTILE_CONT("t12"."share_rate", 0.5) AS "share_rate_median",
    QUANTILE_CONT("t12"."share_rate", 0.9) AS "share_rate_p90",
    COUNT("t12"."share_rate") AS "share_rate_n",
    QUANTILE_CONT("t12"."save_rate", 0.5) AS "save_rate_median",
    QUANTILE_CONT("t12"."save_rate", 0.9) AS "save_rate_p90",
    COUNT("t12"."save_rate") AS "save_rate_n",
    QUANTILE_CONT("t12"."download_rate", 0.5) AS "download_rate_median",
    QUANTILE_CONT("t12"."download_rate", 0.9) AS "download_rate_p90",
    COUNT("t12"."download_rate") AS "download_rate_n",
    QUANTILE_CONT(CAST("t12"."views" AS DOUBLE), 0.5) AS "views_median",
    QUANTILE_CONT("t12"."metric_value", 0.5) AS "metric_median",
    QUANTILE_CONT("t12"."metric_value", 0.9) AS "metric_p90",
    COUNT("t12"."metric_value") AS "metric_n"
  FROM (
    SELECT
      "t11"."post_id",
      "t11"."platform",
      "t11"."handle",
      "t11"."posted_at",
      "t11"."duration_s",
      "t11"."is_ad",
      "t11"."is_pinned",
      "t11"."is_photo",
      "t11"."observed_at",
      "t11"."age_h",
      "t11"."views",
      "t11"."likes",
      "t11"."comments",
      "t11"."shares",
      "t11"."saves",
      "t11"."downloads",
      "t11"."excluded",
      "t11"."engagement_rate",
      "t11"."like_rate",
      "t11"."comment_rate",
      "t11"."share_rate",
      "t11"."save_rate",
      "t11"."download_rate",
      "t11"."bucket",
      "t11"."engagement_rate" AS "metric_value"
    FROM "rated_posts" AS "t11"
  ) AS "t12"
  GROUP BY
    1
) AS "t13"
ORDER BY
  CASE
    WHEN "t13"."bucket" = '<=10'
    THEN 0
    WHEN "t13"."bucket" = '<=20'
    THEN 1
    WHEN "t13"."bucket" = '<=35'
    THEN 2
    WHEN "t13"."bucket" = '<=60'
    THEN 3
    WHEN "t13"."bucket" = '>60'
    THEN 4
    WHEN "t13"."bucket" = 'photo'
    THEN 5
    ELSE 6
  END ASC,
  "t13"."bucket" ASC
