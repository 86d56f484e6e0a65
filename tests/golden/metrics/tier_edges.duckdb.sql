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
    END AS "download_rate"
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
), "quartiles" AS (
  SELECT
    "t12"."platform",
    "t12"."handle",
    COUNT(*) AS "n",
    QUANTILE_CONT("t12"."engagement_rate", 0.25) AS "q25",
    QUANTILE_CONT("t12"."engagement_rate", 0.75) AS "q75"
  FROM (
    SELECT
      *
    FROM "rated_posts" AS "t10"
    WHERE
      "t10"."excluded" IS NULL
      AND "t10"."engagement_rate" IS NOT NULL
      AND "t10"."handle" IS NOT NULL
  ) AS "t12"
  GROUP BY
    1,
    2
)
SELECT
  "t18"."platform",
  "t18"."handle",
  "t18"."n",
  "t18"."n_top",
  "t18"."n_bottom",
  "t18"."q25",
  "t18"."q75"
FROM (
  SELECT
    "t17"."platform",
    "t17"."handle",
    "t17"."n",
    "t17"."q25",
    "t17"."q75",
    COUNT(*) FILTER(WHERE
      "t17"."engagement_rate" >= "t17"."q75") AS "n_top",
    COUNT(*) FILTER(WHERE
      "t17"."engagement_rate" <= "t17"."q25") AS "n_bottom"
  FROM (
    SELECT
      "t13"."post_id",
      "t13"."platform",
      "t13"."handle",
      "t13"."posted_at",
      "t13"."duration_s",
      "t13"."is_ad",
      "t13"."is_pinned",
      "t13"."is_photo",
      "t13"."observed_at",
      "t13"."age_h",
      "t13"."views",
      "t13"."likes",
      "t13"."comments",
      "t13"."shares",
      "t13"."saves",
      "t13"."downloads",
      "t13"."excluded",
      "t13"."engagement_rate",
      "t13"."like_rate",
      "t13"."comment_rate",
      "t13"."share_rate",
      "t13"."save_rate",
      "t13"."download_rate",
      "t16"."n",
      "t16"."q25",
      "t16"."q75"
    FROM (
      SELECT
        *
      FROM "rated_posts" AS "t10"
      WHERE
        "t10"."excluded" IS NULL
    ) AS "t13"
    INNER JOIN "quartiles" AS "t16"
      ON "t13"."platform" = "t16"."platform" AND "t13"."handle" = "t16"."handle"
  ) AS "t17"
  GROUP BY
    1,
    2,
    3,
    4,
    5
) AS "t18"
ORDER BY
  "t18"."handle" ASC,
  "t18"."platform" ASC
