WITH "follower_counts" AS (
  SELECT
    "t10"."platform",
    "t10"."handle",
    "t10"."observed_at",
    "t10"."followers",
    ROW_NUMBER() OVER (
      PARTITION BY "t10"."platform", "t10"."handle"
      ORDER BY "t10"."observed_at" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1 AS "place"
  FROM (
    SELECT
      *
    FROM "creator_snapshots" AS "t3"
    WHERE
      "t3"."followers" IS NOT NULL
  ) AS "t10"
), "newest_snapshots" AS (
  SELECT
    "t11"."post_id",
    "t11"."last"."observed_at" AS "observed_at",
    "t11"."last"."views" AS "views",
    "t11"."last"."likes" AS "likes",
    "t11"."last"."comments" AS "comments",
    "t11"."last"."shares" AS "shares",
    "t11"."last"."saves" AS "saves",
    "t11"."last"."downloads" AS "downloads",
    "t11"."last"."rounded" AS "rounded"
  FROM (
    SELECT
      "t8"."post_id",
      ARG_MAX(
        {'observed_at': "t8"."observed_at", 'views': "t8"."views", 'likes': "t8"."likes", 'comments': "t8"."comments", 'shares': "t8"."shares", 'saves': "t8"."saves", 'downloads': "t8"."downloads", 'rounded': "t8"."rounded"},
        "t8"."observed_at"
      ) AS "last"
    FROM (
      SELECT
        "t4"."post_id",
        "t4"."observed_at",
        "t4"."views",
        "t4"."likes",
        "t4"."comments",
        "t4"."shares",
        "t4"."saves",
        "t4"."downloads",
        "t4"."rounded"
      FROM "post_snapshots" AS "t4"
    ) AS "t8"
    GROUP BY
      1
  ) AS "t11"
), "rated_posts" AS (
  SELECT
    "t19"."post_id",
    "t19"."platform",
    "t19"."handle",
    "t19"."posted_at",
    "t19"."duration_s",
    "t19"."is_ad",
    "t19"."is_pinned",
    "t19"."caption",
    "t19"."url",
    "t19"."media_type",
    "t19"."hashtags",
    "t19"."sound_id",
    "t19"."sound_original",
    "t19"."is_photo",
    "t19"."observed_at",
    "t19"."age_h",
    "t19"."views",
    "t19"."likes",
    "t19"."comments",
    "t19"."shares",
    "t19"."saves",
    "t19"."downloads",
    "t19"."rounded",
    CASE
      WHEN "t19"."is_photo"
      THEN 'photos'
      WHEN "t19"."is_ad"
      THEN 'ads'
      WHEN "t19"."is_pinned"
      THEN 'pinned'
      WHEN "t19"."age_h" < 72.0
      THEN 'young'
      WHEN "t19"."views" IS NULL
      THEN 'unknown_views'
      WHEN (
        COALESCE("t19"."likes" > "t19"."views", FALSE)
        AND COALESCE("t19"."views" >= 0, FALSE)
      )
      OR (
        COALESCE("t19"."views" = 0, FALSE)
        AND (
          COALESCE("t19"."likes" > 0, FALSE)
          OR COALESCE("t19"."comments" > 0, FALSE)
          OR COALESCE("t19"."shares" > 0, FALSE)
          OR COALESCE("t19"."saves" > 0, FALSE)
        )
      )
      OR (
        COALESCE("t19"."duration_s" > 36000.0, FALSE)
        OR COALESCE((
          "t19"."platform" = 'tiktok'
        ) AND (
          "t19"."duration_s" > 3700.0
        ), FALSE)
        OR COALESCE((
          "t19"."duration_s" > 0
        ) AND (
          "t19"."duration_s" < 0.5
        ), FALSE)
      )
      THEN 'implausible'
      ELSE CAST(NULL AS TEXT)
    END AS "excluded",
    (
      CASE
        WHEN "t19"."likes" >= 0
        THEN CAST("t19"."likes" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END + CASE
        WHEN "t19"."comments" >= 0
        THEN CAST("t19"."comments" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END + CASE
        WHEN "t19"."shares" >= 0
        THEN CAST("t19"."shares" AS DOUBLE)
        ELSE CAST(NULL AS DOUBLE)
      END
    ) / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "engagement_rate",
    CASE
      WHEN "t19"."likes" >= 0
      THEN CAST("t19"."likes" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "like_rate",
    CASE
      WHEN "t19"."comments" >= 0
      THEN CAST("t19"."comments" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "comment_rate",
    CASE
      WHEN "t19"."shares" >= 0
      THEN CAST("t19"."shares" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "share_rate",
    CASE
      WHEN "t19"."saves" >= 0
      THEN CAST("t19"."saves" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "save_rate",
    CASE
      WHEN "t19"."downloads" >= 0
      THEN CAST("t19"."downloads" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END / CASE
      WHEN "t19"."views" > 0
      THEN CAST("t19"."views" AS DOUBLE)
      ELSE CAST(NULL AS DOUBLE)
    END AS "download_rate",
    CASE
      WHEN "t19"."is_photo"
      THEN 'photo'
      WHEN (
        "t19"."duration_s" IS NULL
      ) OR (
        "t19"."duration_s" <= 0
      )
      THEN CAST(NULL AS TEXT)
      WHEN "t19"."duration_s" <= 10
      THEN '<=10'
      WHEN "t19"."duration_s" <= 20
      THEN '<=20'
      WHEN "t19"."duration_s" <= 35
      THEN '<=35'
      WHEN "t19"."duration_s" <= 60
      THEN '<=60'
      ELSE '>60'
    END AS "bucket"
  FROM (
    SELECT
      "t6"."post_id",
      "t6"."platform",
      "t6"."handle",
      "t6"."posted_at",
      "t6"."duration_s",
      "t6"."is_ad",
      "t6"."is_pinned",
      "t6"."caption",
      "t6"."url",
      "t6"."media_type",
      "t6"."hashtags",
      "t6"."sound_id",
      "t6"."sound_original",
      CASE WHEN "t6"."media_type" = 'photo' THEN TRUE ELSE FALSE END AS "is_photo",
      "t18"."observed_at",
      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t18"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t6"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "age_h",
      "t18"."views",
      "t18"."likes",
      "t18"."comments",
      "t18"."shares",
      "t18"."saves",
      "t18"."downloads",
      "t18"."rounded"
    FROM "posts" AS "t6"
    LEFT OUTER JOIN "newest_snapshots" AS "t18"
      ON "t6"."post_id" = "t18"."post_id"
  ) AS "t19"
), "valued_posts" AS (
  SELECT
    "t21"."post_id",
    "t21"."platform",
    "t21"."handle",
    "t21"."posted_at",
    "t21"."duration_s",
    "t21"."is_ad",
    "t21"."is_pinned",
    "t21"."caption",
    "t21"."url",
    "t21"."media_type",
    "t21"."hashtags",
    "t21"."sound_id",
    "t21"."sound_original",
    "t21"."is_photo",
    "t21"."observed_at",
    "t21"."age_h",
    "t21"."views",
    "t21"."likes",
    "t21"."comments",
    "t21"."shares",
    "t21"."saves",
    "t21"."downloads",
    "t21"."rounded",
    "t21"."excluded",
    "t21"."engagement_rate",
    "t21"."like_rate",
    "t21"."comment_rate",
    "t21"."share_rate",
    "t21"."save_rate",
    "t21"."download_rate",
    "t21"."bucket",
    "t21"."engagement_rate" AS "metric_value"
  FROM "rated_posts" AS "t21"
), "dated_posts" AS (
  SELECT
    "t21"."post_id",
    "t21"."platform",
    "t21"."handle",
    "t21"."posted_at",
    "t21"."views",
    "t21"."engagement_rate",
    "t21"."excluded" IS NULL AS "eligible"
  FROM "rated_posts" AS "t21"
  WHERE
    "t21"."handle" IS NOT NULL AND "t21"."posted_at" IS NOT NULL
), "bucket_edges" AS (
  SELECT
    "t33"."bucket",
    QUANTILE_CONT("t33"."metric_value", 0.9) AS "metric_p90"
  FROM (
    SELECT
      *
    FROM "valued_posts" AS "t27"
    WHERE
      "t27"."excluded" IS NULL
      AND "t27"."bucket" IS NOT NULL
      AND "t27"."metric_value" IS NOT NULL
  ) AS "t33"
  GROUP BY
    1
), "percentiles" AS (
  SELECT
    "t32"."post_id",
    CASE
      WHEN (
        COUNT("t32"."post_id") OVER (
          PARTITION BY "t32"."platform", "t32"."handle", "t32"."bucket"
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) > 0
      THEN PERCENT_RANK() OVER (
        PARTITION BY "t32"."platform", "t32"."handle", "t32"."bucket"
        ORDER BY "t32"."metric_value" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      )
      ELSE CAST(NULL AS DOUBLE)
    END AS "percentile"
  FROM (
    SELECT
      *
    FROM "valued_posts" AS "t27"
    WHERE
      "t27"."excluded" IS NULL
      AND "t27"."bucket" IS NOT NULL
      AND "t27"."metric_value" IS NOT NULL
      AND "t27"."handle" IS NOT NULL
  ) AS "t32"
), "measured" AS (
  SELECT
    "t42"."post_id",
    "t42"."last"."avg_watch_s" AS "avg_watch_s",
    "t42"."last"."full_watch_rate" AS "full_watch_rate"
  FROM (
    SELECT
      "t35"."post_id",
      ARG_MAX(
        {'avg_watch_s': "t35"."avg_watch_s", 'full_watch_rate': "t35"."full_watch_rate"},
        "t35"."observed_at"
      ) AS "last"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t9"."post_id",
          "t9"."observed_at",
          "t9"."avg_watch_s",
          "t9"."full_watch_rate"
        FROM (
          SELECT
            "t2"."post_id",
            "t2"."observed_at",
            "t2"."avg_watch_s",
            "t2"."full_watch_rate"
          FROM "watch_times" AS "t2"
        ) AS "t9"
        SEMI JOIN "rated_posts" AS "t22"
          ON "t9"."post_id" = "t22"."post_id"
      ) AS "t30"
      WHERE
        (
          "t30"."avg_watch_s" IS NOT NULL
        )
        OR (
          "t30"."full_watch_rate" IS NOT NULL
        )
    ) AS "t35"
    GROUP BY
      1
  ) AS "t42"
), "audiences" AS (
  SELECT
    "t43"."post_id",
    "t15"."followers"
  FROM (
    SELECT
      "t34"."post_id",
      "t34"."platform",
      "t34"."handle",
      GREATEST("t34"."counts_so_far" - 1, 0) AS "place"
    FROM (
      SELECT
        "t26"."platform",
        "t26"."handle",
        "t26"."observed_at",
        "t26"."post_id",
        "t26"."is_count",
        COUNT(NULLIF("t26"."is_count", 0)) OVER (
          PARTITION BY "t26"."platform", "t26"."handle"
          ORDER BY "t26"."observed_at" ASC, "t26"."is_count" DESC, "t26"."post_id" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "counts_so_far"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t14"."platform",
            "t14"."handle",
            "t14"."observed_at",
            CAST(NULL AS TEXT) AS "post_id",
            1 AS "is_count"
          FROM "follower_counts" AS "t14"
        ) AS "t17"
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            "t21"."platform",
            "t21"."handle",
            "t21"."observed_at",
            "t21"."post_id",
            0 AS "is_count"
          FROM "rated_posts" AS "t21"
          WHERE
            "t21"."handle" IS NOT NULL AND "t21"."observed_at" IS NOT NULL
        ) AS "t24"
      ) AS "t26"
    ) AS "t34"
    WHERE
      "t34"."post_id" IS NOT NULL
  ) AS "t43"
  INNER JOIN "follower_counts" AS "t15"
    ON "t43"."platform" = "t15"."platform"
    AND "t43"."handle" = "t15"."handle"
    AND "t43"."place" = "t15"."place"
), "baselines" AS (
  SELECT
    "t47"."post_id",
    "t44"."views_baseline",
    "t44"."engagement_baseline",
    LEAST("t47"."place", 20) AS "baseline_n"
  FROM (
    SELECT
      "t37"."post_id",
      "t37"."platform",
      "t37"."handle",
      MIN("t37"."older") OVER (
        PARTITION BY "t37"."platform", "t37"."handle", "t37"."posted_at"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "place"
    FROM (
      SELECT
        "t28"."post_id",
        "t28"."platform",
        "t28"."handle",
        "t28"."posted_at",
        "t28"."views",
        "t28"."engagement_rate",
        "t28"."eligible",
        COUNT(CASE WHEN "t28"."eligible" THEN 1 ELSE NULL END) OVER (
          PARTITION BY "t28"."platform", "t28"."handle"
          ORDER BY "t28"."posted_at" ASC, "t28"."post_id" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - CAST("t28"."eligible" AS BIGINT) AS "older"
      FROM "dated_posts" AS "t28"
    ) AS "t37"
  ) AS "t47"
  LEFT OUTER JOIN (
    SELECT
      "t31"."platform",
      "t31"."handle",
      (
        ROW_NUMBER() OVER (
          PARTITION BY "t31"."platform", "t31"."handle"
          ORDER BY "t31"."posted_at" ASC, "t31"."post_id" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1 AS "place",
      QUANTILE_CONT(CAST("t31"."views" AS DOUBLE), 0.5) OVER (
        PARTITION BY "t31"."platform", "t31"."handle"
        ORDER BY "t31"."posted_at" ASC, "t31"."post_id" ASC
        ROWS BETWEEN 19 preceding AND CURRENT ROW
      ) AS "views_baseline",
      QUANTILE_CONT("t31"."engagement_rate", 0.5) OVER (
        PARTITION BY "t31"."platform", "t31"."handle"
        ORDER BY "t31"."posted_at" ASC, "t31"."post_id" ASC
        ROWS BETWEEN 19 preceding AND CURRENT ROW
      ) AS "engagement_baseline"
    FROM (
      SELECT
        *
      FROM "dated_posts" AS "t28"
      WHERE
        "t28"."eligible"
    ) AS "t31"
  ) AS "t44"
    ON "t47"."platform" = "t44"."platform"
    AND "t47"."handle" = "t44"."handle"
    AND "t47"."place" = "t44"."place"
)
SELECT
  *
FROM (
  SELECT
    "t29"."post_id",
    "t29"."platform",
    "t29"."handle",
    "t29"."caption",
    "t29"."url",
    "t29"."posted_at",
    "t29"."observed_at",
    "t29"."age_h",
    "t29"."duration_s",
    "t29"."bucket",
    "t29"."media_type",
    "t29"."is_ad",
    "t29"."is_pinned",
    "t29"."hashtags",
    "t29"."sound_id",
    "t29"."sound_original",
    CAST(LENGTH("t29"."caption") AS BIGINT) AS "caption_length",
    "t29"."views",
    "t29"."likes",
    "t29"."comments",
    "t29"."shares",
    "t29"."saves",
    "t29"."downloads",
    "t29"."rounded",
    "t29"."engagement_rate",
    "t29"."like_rate",
    "t29"."comment_rate",
    "t29"."share_rate",
    "t29"."save_rate",
    "t29"."download_rate",
    "t50"."percentile",
    CASE
      WHEN "t29"."excluded" IS NULL
      THEN "t29"."metric_value" > "t41"."metric_p90"
      ELSE CAST(NULL AS BOOLEAN)
    END AS "above_p90",
    CAST("t29"."views" AS DOUBLE) / NULLIF("t58"."views_baseline", 0) AS "views_multiple",
    "t29"."engagement_rate" / NULLIF("t58"."engagement_baseline", 0) AS "engagement_multiple",
    "t58"."baseline_n",
    "t56"."followers",
    "t5"."niche",
    "t53"."avg_watch_s",
    CASE
      WHEN COALESCE("t53"."avg_watch_s" > (
        NULLIF("t29"."duration_s", 0) * 20.0
      ), FALSE)
      OR (
        COALESCE("t29"."duration_s" > 36000.0, FALSE)
        OR COALESCE((
          "t29"."platform" = 'tiktok'
        ) AND (
          "t29"."duration_s" > 3700.0
        ), FALSE)
        OR COALESCE((
          "t29"."duration_s" > 0
        ) AND (
          "t29"."duration_s" < 0.5
        ), FALSE)
      )
      THEN CAST(NULL AS DOUBLE)
      ELSE "t53"."avg_watch_s" / NULLIF("t29"."duration_s", 0)
    END AS "watch_ratio",
    "t53"."full_watch_rate",
    "t29"."excluded",
    CASE
      WHEN CASE
        WHEN COALESCE("t29"."likes" > "t29"."views", FALSE)
        AND COALESCE("t29"."views" >= 0, FALSE)
        THEN ',likes_over_views'
        ELSE ''
      END || CASE
        WHEN COALESCE("t29"."views" = 0, FALSE)
        AND (
          COALESCE("t29"."likes" > 0, FALSE)
          OR COALESCE("t29"."comments" > 0, FALSE)
          OR COALESCE("t29"."shares" > 0, FALSE)
          OR COALESCE("t29"."saves" > 0, FALSE)
        )
        THEN ',reactions_without_views'
        ELSE ''
      END || CASE
        WHEN COALESCE("t29"."duration_s" > 36000.0, FALSE)
        THEN ',length_over_10_hours'
        ELSE ''
      END || CASE
        WHEN COALESCE((
          "t29"."platform" = 'tiktok'
        ) AND (
          "t29"."duration_s" > 3700.0
        ), FALSE)
        AND NOT (
          COALESCE("t29"."duration_s" > 36000.0, FALSE)
        )
        THEN ',length_over_60_minutes_on_tiktok'
        ELSE ''
      END || CASE
        WHEN COALESCE((
          "t29"."duration_s" > 0
        ) AND (
          "t29"."duration_s" < 0.5
        ), FALSE)
        THEN ',length_under_half_a_second'
        ELSE ''
      END || CASE
        WHEN COALESCE("t53"."avg_watch_s" > (
          NULLIF("t29"."duration_s", 0) * 20.0
        ), FALSE)
        THEN ',avg_watch_over_20_lengths'
        ELSE ''
      END || CASE
        WHEN COALESCE("t53"."full_watch_rate" > 1.0, FALSE)
        THEN ',share_over_100_percent'
        ELSE ''
      END <> ''
      THEN SUBSTRING(
        CASE
          WHEN COALESCE("t29"."likes" > "t29"."views", FALSE)
          AND COALESCE("t29"."views" >= 0, FALSE)
          THEN ',likes_over_views'
          ELSE ''
        END || CASE
          WHEN COALESCE("t29"."views" = 0, FALSE)
          AND (
            COALESCE("t29"."likes" > 0, FALSE)
            OR COALESCE("t29"."comments" > 0, FALSE)
            OR COALESCE("t29"."shares" > 0, FALSE)
            OR COALESCE("t29"."saves" > 0, FALSE)
          )
          THEN ',reactions_without_views'
          ELSE ''
        END || CASE
          WHEN COALESCE("t29"."duration_s" > 36000.0, FALSE)
          THEN ',length_over_10_hours'
          ELSE ''
        END || CASE
          WHEN COALESCE((
            "t29"."platform" = 'tiktok'
          ) AND (
            "t29"."duration_s" > 3700.0
          ), FALSE)
          AND NOT (
            COALESCE("t29"."duration_s" > 36000.0, FALSE)
          )
          THEN ',length_over_60_minutes_on_tiktok'
          ELSE ''
        END || CASE
          WHEN COALESCE((
            "t29"."duration_s" > 0
          ) AND (
            "t29"."duration_s" < 0.5
          ), FALSE)
          THEN ',length_under_half_a_second'
          ELSE ''
        END || CASE
          WHEN COALESCE("t53"."avg_watch_s" > (
            NULLIF("t29"."duration_s", 0) * 20.0
          ), FALSE)
          THEN ',avg_watch_over_20_lengths'
          ELSE ''
        END || CASE
          WHEN COALESCE("t53"."full_watch_rate" > 1.0, FALSE)
          THEN ',share_over_100_percent'
          ELSE ''
        END,
        CASE
          WHEN (
            1 + 1
          ) >= 1
          THEN 1 + 1
          ELSE 1 + 1 + LENGTH(
            CASE
              WHEN COALESCE("t29"."likes" > "t29"."views", FALSE)
              AND COALESCE("t29"."views" >= 0, FALSE)
              THEN ',likes_over_views'
              ELSE ''
            END || CASE
              WHEN COALESCE("t29"."views" = 0, FALSE)
              AND (
                COALESCE("t29"."likes" > 0, FALSE)
                OR COALESCE("t29"."comments" > 0, FALSE)
                OR COALESCE("t29"."shares" > 0, FALSE)
                OR COALESCE("t29"."saves" > 0, FALSE)
              )
              THEN ',reactions_without_views'
              ELSE ''
            END || CASE
              WHEN COALESCE("t29"."duration_s" > 36000.0, FALSE)
              THEN ',length_over_10_hours'
              ELSE ''
            END || CASE
              WHEN COALESCE((
                "t29"."platform" = 'tiktok'
              ) AND (
                "t29"."duration_s" > 3700.0
              ), FALSE)
              AND NOT (
                COALESCE("t29"."duration_s" > 36000.0, FALSE)
              )
              THEN ',length_over_60_minutes_on_tiktok'
              ELSE ''
            END || CASE
              WHEN COALESCE((
                "t29"."duration_s" > 0
              ) AND (
                "t29"."duration_s" < 0.5
              ), FALSE)
              THEN ',length_under_half_a_second'
              ELSE ''
            END || CASE
              WHEN COALESCE("t53"."avg_watch_s" > (
                NULLIF("t29"."duration_s", 0) * 20.0
              ), FALSE)
              THEN ',avg_watch_over_20_lengths'
              ELSE ''
            END || CASE
              WHEN COALESCE("t53"."full_watch_rate" > 1.0, FALSE)
              THEN ',share_over_100_percent'
              ELSE ''
            END
          )
        END
      )
      ELSE CAST(NULL AS TEXT)
    END AS "implausible"
  FROM "valued_posts" AS "t29"
  LEFT OUTER JOIN "baselines" AS "t58"
    ON "t29"."post_id" = "t58"."post_id"
  LEFT OUTER JOIN "measured" AS "t53"
    ON "t29"."post_id" = "t53"."post_id"
  LEFT OUTER JOIN "audiences" AS "t56"
    ON "t29"."post_id" = "t56"."post_id"
  LEFT OUTER JOIN "percentiles" AS "t50"
    ON "t29"."post_id" = "t50"."post_id"
  LEFT OUTER JOIN "bucket_edges" AS "t41"
    ON "t29"."bucket" = "t41"."bucket"
  LEFT OUTER JOIN "creators" AS "t5"
    ON "t29"."handle" = "t5"."handle" AND "t29"."platform" = "t5"."platform"
) AS "t59"
ORDER BY
  "t59"."posted_at" DESC,
  "t59"."post_id" ASC
