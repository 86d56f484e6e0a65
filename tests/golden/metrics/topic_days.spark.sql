WITH `looks` AS (
  SELECT
    `t0`.`topic_kind`,
    `t0`.`topic`,
    `t0`.`observed_at`,
    `t0`.`title`,
    `t0`.`topic_posts`,
    `t0`.`topic_views`,
    `t0`.`sampled`,
    `t0`.`source`,
    CAST(FLOOR(
      (
        CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t0`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
      ) / (
        86400
      )
    ) AS BIGINT) AS `number`,
    CAST(DATE_TRUNC('DAY', `t0`.`observed_at`) AS DATE) AS `day`
  FROM `topic_samples` AS `t0`
), `seen_posts` AS (
  SELECT
    `t1`.`topic_kind`,
    `t1`.`topic`,
    `t1`.`observed_at`,
    `t1`.`post_id`,
    `t1`.`rank`,
    `t1`.`handle`,
    `t1`.`posted_at`,
    `t1`.`duration_s`,
    `t1`.`caption`,
    `t1`.`url`,
    `t1`.`views`,
    `t1`.`likes`,
    `t1`.`comments`,
    `t1`.`shares`,
    `t1`.`saves`,
    `t1`.`downloads`,
    `t1`.`source`,
    CAST(FLOOR(
      (
        CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t1`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
      ) / (
        86400
      )
    ) AS BIGINT) AS `number`,
    CAST(DATE_TRUNC('DAY', `t1`.`observed_at`) AS DATE) AS `day`
  FROM `topic_posts` AS `t1`
), `t23` AS (
  SELECT
    `t22`.`topic_kind`,
    `t22`.`topic`,
    `t22`.`number`,
    `t22`.`day`,
    COUNT(*) AS `posts_published`
  FROM (
    SELECT
      `t17`.`topic_kind`,
      `t17`.`topic`,
      `t17`.`post_id`,
      `t17`.`posted_at`,
      CAST(FLOOR(
        (
          CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t17`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT)
        ) / (
          86400
        )
      ) AS BIGINT) AS `number`,
      CAST(DATE_TRUNC('DAY', `t17`.`posted_at`) AS DATE) AS `day`
    FROM (
      SELECT
        `t12`.`topic_kind`,
        `t12`.`topic`,
        `t12`.`post_id`,
        MIN(`t12`.`posted_at`) AS `posted_at`
      FROM (
        SELECT
          `t5`.`topic_kind`,
          `t5`.`topic`,
          `t5`.`post_id`,
          `t5`.`posted_at`
        FROM `seen_posts` AS `t5`
        WHERE
          NOT `t5`.`posted_at` IS NULL
      ) AS `t12`
      GROUP BY
        1,
        2,
        3
    ) AS `t17`
  ) AS `t22`
  GROUP BY
    1,
    2,
    3,
    4
), `counted_days` AS (
  SELECT
    `t32`.`topic_kind`,
    `t32`.`topic`,
    `t32`.`number`,
    `t32`.`topic_posts`,
    `t32`.`counted_at`,
    CASE WHEN `t32`.`span` >= 0.25 THEN `t32`.`span` ELSE CAST(NULL AS DOUBLE) END AS `count_span_d`,
    (
      (
        CAST(`t32`.`gained` AS DOUBLE)
      ) / (
        CASE WHEN `t32`.`span` >= 0.25 THEN `t32`.`span` ELSE CAST(NULL AS DOUBLE) END
      )
    ) AS `posts_added`
  FROM (
    SELECT
      `t21`.`topic_kind`,
      `t21`.`topic`,
      `t21`.`number`,
      `t21`.`topic_posts`,
      `t21`.`counted_at`,
      `t21`.`topic_posts` - LAG(`t21`.`topic_posts`) OVER (
        PARTITION BY `t21`.`topic_kind`, `t21`.`topic`
        ORDER BY `t21`.`counted_at` ASC NULLS LAST
      ) AS `gained`,
      (
        (
          (
            (
              CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t21`.`counted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(
                CAST(UNIX_TIMESTAMP(
                  CAST(LAG(`t21`.`counted_at`) OVER (
                    PARTITION BY `t21`.`topic_kind`, `t21`.`topic`
                    ORDER BY `t21`.`counted_at` ASC NULLS LAST
                  ) AS TIMESTAMP)
                ) AS DOUBLE)
              ) AS BIGINT) AS DOUBLE)
            ) / (
              3600
            )
          )
        ) / (
          24.0
        )
      ) AS `span`
    FROM (
      SELECT
        `t20`.`topic_kind`,
        `t20`.`topic`,
        `t20`.`number`,
        `t20`.`topic_posts`,
        `t20`.`observed_at` AS `counted_at`
      FROM (
        SELECT
          `t11`.`topic_kind`,
          `t11`.`topic`,
          `t11`.`observed_at`,
          `t11`.`title`,
          `t11`.`topic_posts`,
          `t11`.`topic_views`,
          `t11`.`sampled`,
          `t11`.`source`,
          `t11`.`number`,
          `t11`.`day`,
          ROW_NUMBER() OVER (
            PARTITION BY `t11`.`topic_kind`, `t11`.`topic`, `t11`.`number`
            ORDER BY `t11`.`observed_at` DESC
          ) - 1 AS `back`
        FROM (
          SELECT
            *
          FROM `looks` AS `t4`
          WHERE
            NOT `t4`.`topic_posts` IS NULL
        ) AS `t11`
      ) AS `t20`
      WHERE
        `t20`.`back` = 0
    ) AS `t21`
  ) AS `t32`
), `calendar` AS (
  SELECT
    *
  FROM (
    SELECT
      `t31`.`topic_kind`,
      `t31`.`topic`,
      `t31`.`number`,
      `t31`.`day`,
      `t19`.`last_number`
    FROM (
      SELECT DISTINCT
        *
      FROM (
        SELECT
          *
        FROM (
          SELECT
            *
          FROM (
            SELECT
              `t4`.`topic_kind`,
              `t4`.`topic`,
              `t4`.`number`,
              `t4`.`day`
            FROM `looks` AS `t4`
          ) AS `t7`
          UNION ALL
          SELECT
            *
          FROM (
            SELECT
              `t5`.`topic_kind`,
              `t5`.`topic`,
              `t5`.`number`,
              `t5`.`day`
            FROM `seen_posts` AS `t5`
          ) AS `t9`
        ) AS `t14`
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            `t24`.`topic_kind`,
            `t24`.`topic`,
            `t24`.`number`,
            `t24`.`day`
          FROM `t23` AS `t24`
        ) AS `t27`
      ) AS `t28`
    ) AS `t31`
    INNER JOIN (
      SELECT
        `t13`.`topic_kind`,
        `t13`.`topic`,
        MAX(`t13`.`number`) AS `last_number`
      FROM (
        SELECT
          *
        FROM (
          SELECT
            `t4`.`topic_kind`,
            `t4`.`topic`,
            `t4`.`number`
          FROM `looks` AS `t4`
        ) AS `t6`
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            `t5`.`topic_kind`,
            `t5`.`topic`,
            `t5`.`number`
          FROM `seen_posts` AS `t5`
        ) AS `t8`
      ) AS `t13`
      GROUP BY
        1,
        2
    ) AS `t19`
      ON `t31`.`topic_kind` = `t19`.`topic_kind` AND `t31`.`topic` = `t19`.`topic`
  ) AS `t34`
  WHERE
    `t34`.`number` <= `t34`.`last_number`
)
SELECT
  `t41`.`topic_kind`,
  `t41`.`topic`,
  `t41`.`day`,
  `t41`.`looks`,
  `t41`.`last_look_at`,
  `t41`.`topic_posts`,
  `t41`.`counted_at`,
  `t41`.`count_span_d`,
  `t41`.`posts_added`,
  `t41`.`sampled`,
  `t41`.`new_posts`,
  `t41`.`views_median`,
  `t41`.`shares_total`,
  `t41`.`share_rate_median`,
  `t41`.`fresh_views_per_hour_median`,
  `t41`.`fresh_n`,
  `t41`.`posts_published`
FROM (
  SELECT
    `t40`.`topic_kind`,
    `t40`.`topic`,
    `t40`.`number`,
    `t40`.`day`,
    `t40`.`last_number`,
    COALESCE(`t15`.`looks`, 0) AS `looks`,
    `t15`.`last_look_at`,
    `t38`.`topic_posts`,
    `t38`.`counted_at`,
    `t38`.`count_span_d`,
    `t38`.`posts_added`,
    `t33`.`sampled`,
    `t33`.`new_posts`,
    `t33`.`views_median`,
    `t33`.`shares_total`,
    `t33`.`share_rate_median`,
    `t33`.`fresh_views_per_hour_median`,
    `t33`.`fresh_n`,
    COALESCE(`t26`.`posts_published`, 0) AS `posts_published`
  FROM `calendar` AS `t40`
  LEFT OUTER JOIN (
    SELECT
      `t4`.`topic_kind`,
      `t4`.`topic`,
      `t4`.`number`,
      COUNT(*) AS `looks`,
      MAX(`t4`.`observed_at`) AS `last_look_at`
    FROM `looks` AS `t4`
    GROUP BY
      1,
      2,
      3
  ) AS `t15`
    ON `t40`.`topic_kind` = `t15`.`topic_kind`
    AND `t40`.`topic` = `t15`.`topic`
    AND `t40`.`number` = `t15`.`number`
  LEFT OUTER JOIN `counted_days` AS `t38`
    ON `t40`.`topic_kind` = `t38`.`topic_kind`
    AND `t40`.`topic` = `t38`.`topic`
    AND `t40`.`number` = `t38`.`number`
  LEFT OUTER JOIN (
    SELECT
      `t25`.`topic_kind`,
      `t25`.`topic`,
      `t25`.`number`,
      COUNT(*) AS `sampled`,
      SUM(CAST(`t25`.`first_number` = `t25`.`number` AS BIGINT)) AS `new_posts`,
      PERCENTILE(CAST(`t25`.`views` AS DOUBLE), 0.5) AS `views_median`,
      CAST(SUM(CAST(`t25`.`shares` AS DOUBLE)) AS BIGINT) AS `shares_total`,
      PERCENTILE(`t25`.`share_rate`, 0.5) AS `share_rate_median`,
      PERCENTILE(`t25`.`fresh_pace`, 0.5) AS `fresh_views_per_hour_median`,
      COUNT(`t25`.`fresh_pace`) AS `fresh_n`
    FROM (
      SELECT
        `t16`.`topic_kind`,
        `t16`.`topic`,
        `t16`.`observed_at`,
        `t16`.`post_id`,
        `t16`.`rank`,
        `t16`.`handle`,
        `t16`.`posted_at`,
        `t16`.`duration_s`,
        `t16`.`caption`,
        `t16`.`url`,
        `t16`.`views`,
        `t16`.`likes`,
        `t16`.`comments`,
        `t16`.`shares`,
        `t16`.`saves`,
        `t16`.`downloads`,
        `t16`.`source`,
        `t16`.`number`,
        `t16`.`day`,
        `t16`.`back`,
        `t16`.`first_number`,
        CASE
          WHEN (
            `t16`.`views` > 0
          ) AND (
            `t16`.`shares` >= 0
          )
          THEN (
            (
              CAST(`t16`.`shares` AS DOUBLE)
            ) / (
              NULLIF(CAST(`t16`.`views` AS DOUBLE), 0)
            )
          )
          ELSE CAST(NULL AS DOUBLE)
        END AS `share_rate`,
        CASE
          WHEN (
            (
              (
                CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
              ) / (
                3600
              )
            ) >= 1.0
          )
          AND (
            (
              (
                CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
              ) / (
                3600
              )
            ) <= 168.0
          )
          THEN (
            (
              CAST(`t16`.`views` AS DOUBLE)
            ) / (
              NULLIF(
                (
                  (
                    CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t16`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
                  ) / (
                    3600
                  )
                ),
                0
              )
            )
          )
          ELSE CAST(NULL AS DOUBLE)
        END AS `fresh_pace`
      FROM (
        SELECT
          `t5`.`topic_kind`,
          `t5`.`topic`,
          `t5`.`observed_at`,
          `t5`.`post_id`,
          `t5`.`rank`,
          `t5`.`handle`,
          `t5`.`posted_at`,
          `t5`.`duration_s`,
          `t5`.`caption`,
          `t5`.`url`,
          `t5`.`views`,
          `t5`.`likes`,
          `t5`.`comments`,
          `t5`.`shares`,
          `t5`.`saves`,
          `t5`.`downloads`,
          `t5`.`source`,
          `t5`.`number`,
          `t5`.`day`,
          ROW_NUMBER() OVER (
            PARTITION BY `t5`.`topic_kind`, `t5`.`topic`, `t5`.`post_id`, `t5`.`number`
            ORDER BY `t5`.`observed_at` DESC
          ) - 1 AS `back`,
          MIN(`t5`.`number`) OVER (
            PARTITION BY `t5`.`topic_kind`, `t5`.`topic`, `t5`.`post_id`
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) AS `first_number`
        FROM `seen_posts` AS `t5`
      ) AS `t16`
      WHERE
        `t16`.`back` = 0
    ) AS `t25`
    GROUP BY
      1,
      2,
      3
  ) AS `t33`
    ON `t40`.`topic_kind` = `t33`.`topic_kind`
    AND `t40`.`topic` = `t33`.`topic`
    AND `t40`.`number` = `t33`.`number`
  LEFT OUTER JOIN `t23` AS `t26`
    ON `t40`.`topic_kind` = `t26`.`topic_kind`
    AND `t40`.`topic` = `t26`.`topic`
    AND `t40`.`number` = `t26`.`number`
) AS `t41`
WHERE
  `t41`.`number` > (
    `t41`.`last_number` - 14
  )
ORDER BY
  `t41`.`topic_kind` ASC NULLS LAST,
  `t41`.`topic` ASC NULLS LAST,
  `t41`.`day` ASC NULLS LAST
