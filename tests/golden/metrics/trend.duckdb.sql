WITH "newest_snapshots" AS (
  SELECT
    "t6"."post_id",
    "t6"."last"."observed_at" AS "observed_at",
    "t6"."last"."views" AS "views",
    "t6"."last"."likes" AS "likes",
    "t6"."last"."comments" AS "comments",
    "t6"."last"."shares" AS "shares",
    "t6"."last"."saves" AS "saves",
    "t6"."last"."downloads" AS "downloads"
  FROM (
    SELECT
      "t4"."post_id",
      ARG_MAX(
        {'observed_at': "t4"."observed_at", 'views': "t4"."views", 'likes': "t4"."likes", 'comments': "t4"."comments", 'shares': "t4"."shares", 'saves': "t4"."saves", 'downloads': "t4"."downloads"},
        "t4"."observed_at"
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
    ) AS "t4"
    GROUP BY
      1
  ) AS "t6"
), "rated_posts" AS (
  SELECT
    "t10"."post_id",
    "t10"."platform",
    "t10"."handle",
    "t10"."posted_at",
    "t10"."duration_s",
    "t10"."is_ad",
    "t10"."is_pinned",
    "t10"."is_photo",
    "t10"."observed_at",
    "t10"."age_h",
    "t10"."views",
    "t10"."likes",
    "t10"."comments",
    "t10"."shares",
    "t10"."saves",
    "t10"."downloads",
    CASE
      WHEN "t10"."is_photo"
      THEN 'photos'
      WHEN "t10"."is_ad"
      THEN 'ads'
      WHEN "t10"."is_pinned"
      THEN 'pinned'
      WHEN "t10"."age_h" < 72.0
      THEN 'young'
      WHEN "t10"."views" IS NULL
      THEN 'unknown_views'
      ELSE CAST(NULL AS TEXT)
    END AS "excluded",
    (
      CASE
        WHEN "t10"."likes" >= 0
        THEN CAST("t10"."likes" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END + CASE
        WHEN "t10"."comments" >= 0
        THEN CAST("t10"."comments" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END + CASE
        WHEN "t10"."shares" >= 0
        THEN CAST("t10"."shares" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END
    ) / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "engagement_rate",
    CASE
      WHEN "t10"."likes" >= 0
      THEN CAST("t10"."likes" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "like_rate",
    CASE
      WHEN "t10"."comments" >= 0
      THEN CAST("t10"."comments" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "comment_rate",
    CASE
      WHEN "t10"."shares" >= 0
      THEN CAST("t10"."shares" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "share_rate",
    CASE
      WHEN "t10"."saves" >= 0
      THEN CAST("t10"."saves" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "save_rate",
    CASE
      WHEN "t10"."downloads" >= 0
      THEN CAST("t10"."downloads" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t10"."views" > 0
      THEN CAST("t10"."views" AS DOUBLE)
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
      "t9"."observed_at",
      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t9"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t2"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "age_h",
      "t9"."views",
      "t9"."likes",
      "t9"."comments",
      "t9"."shares",
      "t9"."saves",
      "t9"."downloads"
    FROM "posts" AS "t2"
    LEFT OUTER JOIN "newest_snapshots" AS "t9"
      ON "t2"."post_id" = "t9"."post_id"
  ) AS "t10"
  WHERE
    CASE
      WHEN "t10"."is_photo"
      THEN 'photos'
      WHEN "t10"."is_ad"
      THEN 'ads'
      WHEN "t10"."is_pinned"
      THEN 'pinned'
      WHEN "t10"."age_h" < 72.0
      THEN 'young'
      WHEN "t10"."views" IS NULL
      THEN 'unknown_views'
      ELSE CAST(NULL AS TEXT)
    END IS NULL
    AND "t10"."posted_at" IS NOT NULL
), "quartiles" AS (
  SELECT
    "t14"."platform",
    "t14"."handle",
    COUNT(*) AS "n",
    QUANTILE_CONT("t14"."engagement_rate", 0.25) AS "q25",
    QUANTILE_CONT("t14"."engagement_rate", 0.75) AS "q75"
  FROM (
    SELECT
      *
    FROM "rated_posts" AS "t12"
    WHERE
      "t12"."excluded" IS NULL
      AND "t12"."engagement_rate" IS NOT NULL
      AND "t12"."handle" IS NOT NULL
  ) AS "t14"
  GROUP BY
    1,
    2
)
SELECT
  *
FROM (
  SELECT
    "t32"."period_start",
    "t32"."posts",
    "t32"."views_median",
    "t32"."engagement_rate_median",
    "t32"."like_rate_median",
    "t32"."comment_rate_median",
    "t32"."share_rate_median",
    "t32"."save_rate_median",
    "t32"."top_tier_share",
    CASE
      WHEN LAG("t32"."number") OVER (
        ORDER BY "t32"."number" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) = (
        "t32"."number" - 1
      )
      THEN "t32"."engagement_rate_median" - LAG("t32"."engagement_rate_median") OVER (
        ORDER BY "t32"."number" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      )
      ELSE CAST(NULL AS DOUBLE)
    END AS "engagement_rate_change",
    "t32"."views_per_hour_median",
    "t32"."views_per_hour_n"
  FROM (
    SELECT
      "t31"."period_start",
      "t31"."number",
      COUNT(*) AS "posts",
      QUANTILE_CONT(CAST("t31"."views" AS DOUBLE), 0.5) AS "views_median",
      QUANTILE_CONT("t31"."engagement_rate", 0.5) AS "engagement_rate_median",
      QUANTILE_CONT("t31"."like_rate", 0.5) AS "like_rate_median",
      QUANTILE_CONT("t31"."comment_rate", 0.5) AS "comment_rate_median",
      QUANTILE_CONT("t31"."share_rate", 0.5) AS "share_rate_median",
      QUANTILE_CONT("t31"."save_rate", 0.5) AS "save_rate_median",
      AVG(CAST("t31"."is_top" AS DOUBLE)) AS "top_tier_share",
      QUANTILE_CONT("t31"."views_per_hour", 0.5) AS "views_per_hour_median",
      COUNT("t31"."views_per_hour") AS "views_per_hour_n"
    FROM (
      SELECT
        "t30"."post_id",
        "t30"."platform",
        "t30"."handle",
        "t30"."posted_at",
        "t30"."duration_s",
        "t30"."is_ad",
        "t30"."is_pinned",
        "t30"."is_photo",
        "t30"."observed_at",
        "t30"."age_h",
        "t30"."views",
        "t30"."likes",
        "t30"."comments",
        "t30"."shares",
        "t30"."saves",
        "t30"."downloads",
        "t30"."excluded",
        "t30"."engagement_rate",
        "t30"."like_rate",
        "t30"."comment_rate",
        "t30"."share_rate",
        "t30"."save_rate",
        "t30"."download_rate",
        "t30"."is_top",
        "t30"."views_per_hour",
        CAST(DATE_TRUNC('WEEK', "t30"."posted_at") AS DATE) AS "period_start",
        CAST(FLOOR(
          (
            CAST(FLOOR(
              (
                CAST(FLOOR(CAST(EPOCH(CAST("t30"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
              ) / (
                86400
              )
            ) AS BIGINT) + 3
          ) / (
            7
          )
        ) AS BIGINT) AS "number"
      FROM (
        SELECT
          "t29".*
          EXCLUDE ("post_id_right")
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
            "t13"."engagement_rate" >= "t17"."q75" AS "is_top",
            "t28"."post_id" AS "post_id_right",
            "t28"."views_per_hour"
          FROM "rated_posts" AS "t13"
          LEFT OUTER JOIN "quartiles" AS "t17"
            ON "t13"."platform" = "t17"."platform" AND "t13"."handle" = "t17"."handle"
          LEFT OUTER JOIN (
            SELECT
              "t26"."post_id",
              "t26"."last"."views_per_hour" AS "views_per_hour"
            FROM (
              SELECT
                "t25"."post_id",
                ARG_MAX({'views_per_hour': "t25"."views_per_hour"}, "t25"."to_at") AS "last"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t23"."post_id",
                    "t23"."from_at",
                    "t23"."to_at",
                    CAST(CAST(FLOOR(CAST(EPOCH(CAST("t23"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t23"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "hours",
                    "t23"."views_from",
                    "t23"."views_to",
                    CAST("t23"."views_to" - "t23"."views_from" AS DOUBLE) / NULLIF(
                      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t23"."to_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t23"."from_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
                      0
                    ) AS "views_per_hour",
                    (
                      GREATEST(
                        CASE
                          WHEN (
                            "t23"."views_from" >= 1000000000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100000000
                            ) = 0
                          )
                          THEN 100000000
                          WHEN (
                            "t23"."views_from" >= 1000000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100000
                            ) = 0
                          )
                          THEN 100000
                          WHEN (
                            "t23"."views_from" >= 10000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100
                            ) = 0
                          )
                          THEN 100
                          ELSE 0
                        END,
                        CASE
                          WHEN (
                            "t23"."views_to" >= 1000000000
                          )
                          AND (
                            (
                              "t23"."views_to" % 100000000
                            ) = 0
                          )
                          THEN 100000000
                          WHEN (
                            "t23"."views_to" >= 1000000
                          )
                          AND (
                            (
                              "t23"."views_to" % 100000
                            ) = 0
                          )
                          THEN 100000
                          WHEN (
                            "t23"."views_to" >= 10000
                          ) AND (
                            (
                              "t23"."views_to" % 100
                            ) = 0
                          )
                          THEN 100
                          ELSE 0
                        END
                      ) > 0
                    )
                    AND (
                      ABS("t23"."views_to" - "t23"."views_from") <= GREATEST(
                        CASE
                          WHEN (
                            "t23"."views_from" >= 1000000000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100000000
                            ) = 0
                          )
                          THEN 100000000
                          WHEN (
                            "t23"."views_from" >= 1000000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100000
                            ) = 0
                          )
                          THEN 100000
                          WHEN (
                            "t23"."views_from" >= 10000
                          )
                          AND (
                            (
                              "t23"."views_from" % 100
                            ) = 0
                          )
                          THEN 100
                          ELSE 0
                        END,
                        CASE
                          WHEN (
                            "t23"."views_to" >= 1000000000
                          )
                          AND (
                            (
                              "t23"."views_to" % 100000000
                            ) = 0
                          )
                          THEN 100000000
                          WHEN (
                            "t23"."views_to" >= 1000000
                          )
                          AND (
                            (
                              "t23"."views_to" % 100000
                            ) = 0
                          )
                          THEN 100000
                          WHEN (
                            "t23"."views_to" >= 10000
                          ) AND (
                            (
                              "t23"."views_to" % 100
                            ) = 0
                          )
                          THEN 100
                          ELSE 0
                        END
                      )
                    )
                    AND (
                      "t23"."rounded_from" OR "t23"."rounded_to"
                    ) AS "rounding_explains"
                  FROM (
                    SELECT
                      "t22"."post_id",
                      LAG("t22"."observed_at") OVER (
                        PARTITION BY "t22"."post_id"
                        ORDER BY "t22"."observed_at" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "from_at",
                      "t22"."observed_at" AS "to_at",
                      LAG("t22"."views") OVER (
                        PARTITION BY "t22"."post_id"
                        ORDER BY "t22"."observed_at" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "views_from",
                      "t22"."views" AS "views_to",
                      LAG("t22"."rounded") OVER (
                        PARTITION BY "t22"."post_id"
                        ORDER BY "t22"."observed_at" ASC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                      ) AS "rounded_from",
                      "t22"."rounded" AS "rounded_to"
                    FROM (
                      SELECT
                        *
                      FROM (
                        SELECT
                          "t5"."post_id",
                          "t5"."observed_at",
                          "t5"."views",
                          "t5"."rounded"
                        FROM (
                          SELECT
                            "t1"."post_id",
                            "t1"."observed_at",
                            "t1"."views",
                            "t1"."rounded"
                          FROM "post_snapshots" AS "t1"
                        ) AS "t5"
                        SEMI JOIN (
                          SELECT
                            *
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
                              "t13"."engagement_rate" >= "t17"."q75" AS "is_top"
                            FROM "rated_posts" AS "t13"
                            LEFT OUTER JOIN "quartiles" AS "t17"
                              ON "t13"."platform" = "t17"."platform" AND "t13"."handle" = "t17"."handle"
                          ) AS "t18"
                          WHERE
                            "t18"."platform" = 'tiktok'
                        ) AS "t20"
                          ON "t5"."post_id" = "t20"."post_id"
                      ) AS "t21"
                      WHERE
                        "t21"."views" IS NOT NULL
                    ) AS "t22"
                  ) AS "t23"
                  WHERE
                    "t23"."from_at" IS NOT NULL
                ) AS "t24"
                WHERE
                  "t24"."hours" >= 1.0 AND NOT (
                    COALESCE("t24"."rounding_explains", FALSE)
                  )
              ) AS "t25"
              GROUP BY
                1
            ) AS "t26"
          ) AS "t28"
            ON "t13"."post_id" = "t28"."post_id"
        ) AS "t29"
      ) AS "t30"
    ) AS "t31"
    GROUP BY
      1,
      2
  ) AS "t32"
) AS "t33"
ORDER BY
  "t33"."period_start" ASC
