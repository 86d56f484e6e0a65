WITH "seen_posts" AS (
  SELECT
    *
  FROM (
    SELECT
      "t0"."topic_kind",
      "t0"."topic",
      "t0"."observed_at",
      "t0"."post_id",
      "t0"."rank",
      "t0"."handle",
      "t0"."posted_at",
      "t0"."duration_s",
      "t0"."caption",
      "t0"."url",
      "t0"."views",
      "t0"."likes",
      "t0"."comments",
      "t0"."shares",
      "t0"."saves",
      "t0"."downloads",
      "t0"."source",
      MAX("t0"."observed_at") OVER (
        PARTITION BY "t0"."topic_kind", "t0"."topic"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "last_at"
    FROM "topic_posts" AS "t0"
  ) AS "t1"
  WHERE
    (
      CAST(FLOOR(CAST(EPOCH(CAST("t1"."last_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t1"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
    ) <= 1209600
), "present_posts" AS (
  SELECT
    "t7"."topic_kind",
    "t7"."topic",
    "t7"."post_id",
    "t7"."observed_at",
    "t7"."listed_rank",
    "t7"."handle",
    "t7"."caption",
    "t7"."url",
    "t7"."posted_at",
    "t7"."duration_s",
    "t7"."views",
    "t7"."likes",
    "t7"."comments",
    "t7"."shares",
    "t7"."saves"
  FROM (
    SELECT
      "t6"."topic_kind",
      "t6"."topic",
      "t6"."observed_at",
      "t6"."post_id",
      "t6"."rank",
      "t6"."handle",
      "t6"."posted_at",
      "t6"."duration_s",
      "t6"."caption",
      "t6"."url",
      "t6"."views",
      "t6"."likes",
      "t6"."comments",
      "t6"."shares",
      "t6"."saves",
      "t6"."downloads",
      "t6"."source",
      "t6"."last_at",
      ROW_NUMBER() OVER (
        PARTITION BY "t6"."topic_kind", "t6"."topic", "t6"."post_id"
        ORDER BY "t6"."observed_at" DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1 AS "age_in_look",
      "t6"."rank" AS "listed_rank"
    FROM (
      SELECT
        *
      FROM "seen_posts" AS "t3"
      WHERE
        (
          CAST(FLOOR(CAST(EPOCH(CAST("t3"."last_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t3"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
        ) < 3600
    ) AS "t6"
  ) AS "t7"
  WHERE
    "t7"."age_in_look" = 0
), "earlier_looks" AS (
  SELECT
    "t15"."topic_kind",
    "t15"."topic",
    "t15"."post_id",
    "t15"."earlier_at",
    "t15"."had_shares"
  FROM (
    SELECT
      "t14"."topic_kind",
      "t14"."topic",
      "t14"."post_id",
      "t14"."earlier_at",
      "t14"."had_shares",
      "t14"."now_at",
      ROW_NUMBER() OVER (
        PARTITION BY "t14"."topic_kind", "t14"."topic", "t14"."post_id"
        ORDER BY "t14"."earlier_at" DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1 AS "back"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t5"."topic_kind",
          "t5"."topic",
          "t5"."post_id",
          "t5"."earlier_at",
          "t5"."had_shares",
          "t12"."now_at"
        FROM (
          SELECT
            "t3"."topic_kind",
            "t3"."topic",
            "t3"."post_id",
            "t3"."observed_at" AS "earlier_at",
            "t3"."shares" AS "had_shares"
          FROM "seen_posts" AS "t3"
          WHERE
            "t3"."shares" IS NOT NULL
        ) AS "t5"
        INNER JOIN (
          SELECT
            "t9"."topic_kind",
            "t9"."topic",
            "t9"."post_id",
            "t9"."observed_at" AS "now_at"
          FROM "present_posts" AS "t9"
        ) AS "t12"
          ON "t5"."topic_kind" = "t12"."topic_kind"
          AND "t5"."topic" = "t12"."topic"
          AND "t5"."post_id" = "t12"."post_id"
      ) AS "t13"
      WHERE
        (
          CAST(CAST(FLOOR(CAST(EPOCH(CAST("t13"."now_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t13"."earlier_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600
        ) >= 1.0
    ) AS "t14"
  ) AS "t15"
  WHERE
    "t15"."back" = 0
)
SELECT
  "t21"."topic_kind",
  "t21"."topic",
  "t21"."rank",
  "t21"."post_id",
  "t21"."handle",
  "t21"."caption",
  "t21"."url",
  "t21"."posted_at",
  "t21"."observed_at",
  "t21"."listed_rank",
  "t21"."duration_s",
  "t21"."views",
  "t21"."shares",
  "t21"."share_rate",
  "t21"."share_momentum",
  "t21"."basis",
  "t21"."between_h",
  "t21"."age_h"
FROM (
  SELECT
    "t20"."topic_kind",
    "t20"."topic",
    "t20"."post_id",
    "t20"."observed_at",
    "t20"."listed_rank",
    "t20"."handle",
    "t20"."caption",
    "t20"."url",
    "t20"."posted_at",
    "t20"."duration_s",
    "t20"."views",
    "t20"."likes",
    "t20"."comments",
    "t20"."shares",
    "t20"."saves",
    "t20"."earlier_at",
    "t20"."had_shares",
    "t20"."age_h",
    "t20"."between_h",
    "t20"."share_rate",
    "t20"."share_momentum",
    "t20"."basis",
    CASE
      WHEN "t20"."share_momentum" IS NOT NULL
      THEN (
        ROW_NUMBER() OVER (
          PARTITION BY "t20"."topic_kind", "t20"."topic"
          ORDER BY "t20"."share_momentum" DESC, "t20"."post_id" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1
      ) + 1
      ELSE CAST(NULL AS BIGINT)
    END AS "rank"
  FROM (
    SELECT
      "t19"."topic_kind",
      "t19"."topic",
      "t19"."post_id",
      "t19"."observed_at",
      "t19"."listed_rank",
      "t19"."handle",
      "t19"."caption",
      "t19"."url",
      "t19"."posted_at",
      "t19"."duration_s",
      "t19"."views",
      "t19"."likes",
      "t19"."comments",
      "t19"."shares",
      "t19"."saves",
      "t19"."earlier_at",
      "t19"."had_shares",
      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "age_h",
      CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."earlier_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600 AS "between_h",
      CASE
        WHEN (
          "t19"."views" > 0
        ) AND (
          "t19"."shares" >= 0
        )
        THEN CAST("t19"."shares" AS DOUBLE) / NULLIF(CAST("t19"."views" AS DOUBLE), 0)
        ELSE CAST(NULL AS DOUBLE)
      END AS "share_rate",
      COALESCE(
        CAST("t19"."shares" - "t19"."had_shares" AS DOUBLE) / NULLIF(
          CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."earlier_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
          0
        ),
        CASE
          WHEN (
            CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600
          ) >= 1.0
          THEN CAST("t19"."shares" AS DOUBLE) / NULLIF(
            CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
            0
          )
          ELSE NULL
        END
      ) AS "share_momentum",
      CASE
        WHEN (
          CAST("t19"."shares" - "t19"."had_shares" AS DOUBLE) / NULLIF(
            CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."earlier_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
            0
          )
        ) IS NOT NULL
        THEN 'measured'
        WHEN CASE
          WHEN (
            CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600
          ) >= 1.0
          THEN CAST("t19"."shares" AS DOUBLE) / NULLIF(
            CAST(CAST(FLOOR(CAST(EPOCH(CAST("t19"."observed_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(EPOCH(CAST("t19"."posted_at" AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE) / 3600,
            0
          )
          ELSE NULL
        END IS NOT NULL
        THEN 'lifetime'
        ELSE CAST(NULL AS TEXT)
      END AS "basis"
    FROM (
      SELECT
        "t10"."topic_kind",
        "t10"."topic",
        "t10"."post_id",
        "t10"."observed_at",
        "t10"."listed_rank",
        "t10"."handle",
        "t10"."caption",
        "t10"."url",
        "t10"."posted_at",
        "t10"."duration_s",
        "t10"."views",
        "t10"."likes",
        "t10"."comments",
        "t10"."shares",
        "t10"."saves",
        "t18"."earlier_at",
        "t18"."had_shares"
      FROM "present_posts" AS "t10"
      LEFT OUTER JOIN "earlier_looks" AS "t18"
        ON "t10"."topic_kind" = "t18"."topic_kind"
        AND "t10"."topic" = "t18"."topic"
        AND "t10"."post_id" = "t18"."post_id"
    ) AS "t19"
  ) AS "t20"
) AS "t21"
ORDER BY
  "t21"."topic_kind" ASC,
  "t21"."topic" ASC,
  "t21"."rank" ASC,
  "t21"."post_id" ASC
