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
), "counted_posts" AS (
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
    "t9"."excluded" IS NULL
    AND "t9"."bucket" IS NOT NULL
    AND "t9"."handle" IS NOT NULL
)
SELECT
  *
FROM (
  SELECT
    "t17"."handle",
    "t17"."post_id",
    "t17"."bucket",
    "t17"."posted_at",
    COUNT("t17"."peer_bucket") AS "peer_posts",
    COUNT(DISTINCT "t17"."peer_handle") AS "peer_creators",
    (
      CAST(COUNT(*) FILTER(WHERE
        "t17"."peer_like_rate" < "t17"."like_rate") AS DOUBLE) + (
        CAST(COUNT(*) FILTER(WHERE
          "t17"."peer_like_rate" = "t17"."like_rate") AS DOUBLE) * 0.5
      )
    ) / NULLIF(
      CAST(COUNT("t17"."peer_like_rate") FILTER(WHERE
        "t17"."like_rate" IS NOT NULL) AS DOUBLE),
      0
    ) AS "like_rate_percentile",
    (
      CAST(COUNT(*) FILTER(WHERE
        "t17"."peer_comment_rate" < "t17"."comment_rate") AS DOUBLE) + (
        CAST(COUNT(*) FILTER(WHERE
          "t17"."peer_comment_rate" = "t17"."comment_rate") AS DOUBLE) * 0.5
      )
    ) / NULLIF(
      CAST(COUNT("t17"."peer_comment_rate") FILTER(WHERE
        "t17"."comment_rate" IS NOT NULL) AS DOUBLE),
      0
    ) AS "comment_rate_percentile",
    (
      CAST(COUNT(*) FILTER(WHERE
        "t17"."peer_share_rate" < "t17"."share_rate") AS DOUBLE) + (
        CAST(COUNT(*) FILTER(WHERE
          "t17"."peer_share_rate" = "t17"."share_rate") AS DOUBLE) * 0.5
      )
    ) / NULLIF(
      CAST(COUNT("t17"."peer_share_rate") FILTER(WHERE
        "t17"."share_rate" IS NOT NULL) AS DOUBLE),
      0
    ) AS "share_rate_percentile",
    (
      CAST(COUNT(*) FILTER(WHERE
        "t17"."peer_save_rate" < "t17"."save_rate") AS DOUBLE) + (
        CAST(COUNT(*) FILTER(WHERE
          "t17"."peer_save_rate" = "t17"."save_rate") AS DOUBLE) * 0.5
      )
    ) / NULLIF(
      CAST(COUNT("t17"."peer_save_rate") FILTER(WHERE
        "t17"."save_rate" IS NOT NULL) AS DOUBLE),
      0
    ) AS "save_rate_percentile",
    (
      CAST(COUNT(*) FILTER(WHERE
        "t17"."peer_engagement_rate" < "t17"."engagement_rate") AS DOUBLE) + (
        CAST(COUNT(*) FILTER(WHERE
          "t17"."peer_engagement_rate" = "t17"."engagement_rate") AS DOUBLE) * 0.5
      )
    ) / NULLIF(
      CAST(COUNT("t17"."peer_engagement_rate") FILTER(WHERE
        "t17"."engagement_rate" IS NOT NULL) AS DOUBLE),
      0
    ) AS "engagement_rate_percentile",
    COUNT("t17"."peer_like_rate") FILTER(WHERE
      "t17"."like_rate" IS NOT NULL) AS "like_rate_peers",
    COUNT("t17"."peer_comment_rate") FILTER(WHERE
      "t17"."comment_rate" IS NOT NULL) AS "comment_rate_peers",
    COUNT("t17"."peer_share_rate") FILTER(WHERE
      "t17"."share_rate" IS NOT NULL) AS "share_rate_peers",
    COUNT("t17"."peer_save_rate") FILTER(WHERE
      "t17"."save_rate" IS NOT NULL) AS "save_rate_peers",
    COUNT("t17"."peer_engagement_rate") FILTER(WHERE
      "t17"."engagement_rate" IS NOT NULL) AS "engagement_rate_peers",
    QUANTILE_CONT("t17"."peer_like_rate", 0.05) AS "like_rate_p05",
    QUANTILE_CONT("t17"."peer_comments_per_like", 0.05) AS "comments_per_like_p05",
    COUNT("t17"."peer_comments_per_like") AS "comments_per_like_n"
  FROM (
    SELECT
      "t16"."handle",
      "t16"."platform",
      "t16"."post_id",
      "t16"."posted_at",
      "t16"."bucket",
      "t16"."like_rate",
      "t16"."comment_rate",
      "t16"."share_rate",
      "t16"."save_rate",
      "t16"."engagement_rate",
      "t14"."peer_handle",
      "t14"."peer_platform",
      "t14"."peer_bucket",
      "t14"."peer_like_rate",
      "t14"."peer_comment_rate",
      "t14"."peer_share_rate",
      "t14"."peer_save_rate",
      "t14"."peer_engagement_rate",
      "t14"."peer_comments_per_like"
    FROM (
      SELECT
        "t12"."handle",
        "t12"."platform",
        "t12"."post_id",
        "t12"."posted_at",
        "t12"."bucket",
        "t12"."like_rate",
        "t12"."comment_rate",
        "t12"."share_rate",
        "t12"."save_rate",
        "t12"."engagement_rate"
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
          ROW_NUMBER() OVER (
            PARTITION BY "t11"."handle"
            ORDER BY "t11"."posted_at" DESC, "t11"."post_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "back"
        FROM "counted_posts" AS "t11"
      ) AS "t12"
      WHERE
        "t12"."back" < 20
    ) AS "t16"
    LEFT OUTER JOIN (
      SELECT
        "t11"."handle" AS "peer_handle",
        "t11"."platform" AS "peer_platform",
        "t11"."bucket" AS "peer_bucket",
        "t11"."like_rate" AS "peer_like_rate",
        "t11"."comment_rate" AS "peer_comment_rate",
        "t11"."share_rate" AS "peer_share_rate",
        "t11"."save_rate" AS "peer_save_rate",
        "t11"."engagement_rate" AS "peer_engagement_rate",
        CASE
          WHEN (
            "t11"."likes" >= 100
          ) AND (
            "t11"."comments" >= 0
          )
          THEN CAST("t11"."comments" AS DOUBLE) / NULLIF(CAST("t11"."likes" AS DOUBLE), 0)
          ELSE CAST(NULL AS DOUBLE)
        END AS "peer_comments_per_like"
      FROM "counted_posts" AS "t11"
    ) AS "t14"
      ON "t16"."platform" = "t14"."peer_platform"
      AND "t16"."bucket" = "t14"."peer_bucket"
      AND "t16"."handle" <> "t14"."peer_handle"
  ) AS "t17"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t18"
ORDER BY
  "t18"."handle" ASC,
  "t18"."posted_at" DESC,
  "t18"."post_id" ASC
