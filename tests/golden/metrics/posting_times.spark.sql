WITH `newest_snapshots` AS (
  SELECT
    `t4`.`post_id`,
    `t4`.`last`.`observed_at` AS `observed_at`,
    `t4`.`last`.`views` AS `views`,
    `t4`.`last`.`likes` AS `likes`,
    `t4`.`last`.`comments` AS `comments`,
    `t4`.`last`.`shares` AS `shares`,
    `t4`.`last`.`saves` AS `saves`,
    `t4`.`last`.`downloads` AS `downloads`
  FROM (
    SELECT
      `t3`.`post_id`,
      MAX_BY(
        STRUCT(
          `t3`.`observed_at` AS `observed_at`,
          `t3`.`views` AS `views`,
          `t3`.`likes` AS `likes`,
          `t3`.`comments` AS `comments`,
          `t3`.`shares` AS `shares`,
          `t3`.`saves` AS `saves`,
          `t3`.`downloads` AS `downloads`
        ),
        `t3`.`observed_at`
      ) AS `last`
    FROM (
      SELECT
        `t1`.`post_id`,
        `t1`.`observed_at`,
        `t1`.`views`,
        `t1`.`likes`,
        `t1`.`comments`,
        `t1`.`shares`,
        `t1`.`saves`,
        `t1`.`downloads`
      FROM `post_snapshots` AS `t1`
    ) AS `t3`
    GROUP BY
      1
  ) AS `t4`
)
SELECT
  *
FROM (
  SELECT
    `t9`.`weekday`,
    `t9`.`hour`,
    COUNT(*) AS `n`,
    PERCENTILE(`t9`.`engagement_rate`, 0.5) AS `engagement_rate_median`,
    PERCENTILE(CAST(`t9`.`views` AS DOUBLE), 0.5) AS `views_median`
  FROM (
    SELECT
      `t8`.`post_id`,
      `t8`.`platform`,
      `t8`.`handle`,
      `t8`.`posted_at`,
      `t8`.`duration_s`,
      `t8`.`is_ad`,
      `t8`.`is_pinned`,
      `t8`.`is_photo`,
      `t8`.`observed_at`,
      `t8`.`age_h`,
      `t8`.`views`,
      `t8`.`likes`,
      `t8`.`comments`,
      `t8`.`shares`,
      `t8`.`saves`,
      `t8`.`downloads`,
      CASE
        WHEN `t8`.`is_photo`
        THEN 'photos'
        WHEN `t8`.`is_ad`
        THEN 'ads'
        WHEN `t8`.`is_pinned`
        THEN 'pinned'
        WHEN `t8`.`age_h` < 72.0
        THEN 'young'
        WHEN `t8`.`views` IS NULL
        THEN 'unknown_views'
        ELSE CAST(NULL AS STRING)
      END AS `excluded`,
      (
        (
          CASE
            WHEN `t8`.`likes` >= 0
            THEN CAST(`t8`.`likes` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END + CASE
            WHEN `t8`.`comments` >= 0
            THEN CAST(`t8`.`comments` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END + CASE
            WHEN `t8`.`shares` >= 0
            THEN CAST(`t8`.`shares` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `engagement_rate`,
      (
        (
          CASE
            WHEN `t8`.`likes` >= 0
            THEN CAST(`t8`.`likes` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `like_rate`,
      (
        (
          CASE
            WHEN `t8`.`comments` >= 0
            THEN CAST(`t8`.`comments` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `comment_rate`,
      (
        (
          CASE
            WHEN `t8`.`shares` >= 0
            THEN CAST(`t8`.`shares` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `share_rate`,
      (
        (
          CASE
            WHEN `t8`.`saves` >= 0
            THEN CAST(`t8`.`saves` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `save_rate`,
      (
        (
          CASE
            WHEN `t8`.`downloads` >= 0
            THEN CAST(`t8`.`downloads` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        ) / (
          CASE
            WHEN `t8`.`views` > 0
            THEN CAST(`t8`.`views` AS DOUBLE)
            ELSE CAST(NULL AS DOUBLE)
          END
        )
      ) AS `download_rate`,
      CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t8`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) + 0 AS `local`,
      (
        (
          CAST(FLOOR(
            (
              CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t8`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) + 0
            ) / (
              86400
            )
          ) AS BIGINT) + 3
        ) % 7
      ) + 1 AS `weekday`,
      CAST(FLOOR(
        (
          (
            CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t8`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) + 0
          ) % 86400
        ) / (
          3600
        )
      ) AS BIGINT) AS `hour`
    FROM (
      SELECT
        `t2`.`post_id`,
        `t2`.`platform`,
        `t2`.`handle`,
        `t2`.`posted_at`,
        `t2`.`duration_s`,
        `t2`.`is_ad`,
        `t2`.`is_pinned`,
        CASE WHEN `t2`.`media_type` = 'photo' THEN TRUE ELSE FALSE END AS `is_photo`,
        `t7`.`observed_at`,
        (
          (
            CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t7`.`observed_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t2`.`posted_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
          ) / (
            3600
          )
        ) AS `age_h`,
        `t7`.`views`,
        `t7`.`likes`,
        `t7`.`comments`,
        `t7`.`shares`,
        `t7`.`saves`,
        `t7`.`downloads`
      FROM `posts` AS `t2`
      LEFT OUTER JOIN `newest_snapshots` AS `t7`
        ON `t2`.`post_id` = `t7`.`post_id`
    ) AS `t8`
    WHERE
      CASE
        WHEN `t8`.`is_photo`
        THEN 'photos'
        WHEN `t8`.`is_ad`
        THEN 'ads'
        WHEN `t8`.`is_pinned`
        THEN 'pinned'
        WHEN `t8`.`age_h` < 72.0
        THEN 'young'
        WHEN `t8`.`views` IS NULL
        THEN 'unknown_views'
        ELSE CAST(NULL AS STRING)
      END IS NULL
      AND NOT `t8`.`posted_at` IS NULL
  ) AS `t9`
  GROUP BY
    1,
    2
) AS `t10`
ORDER BY
  `t10`.`weekday` ASC NULLS LAST,
  `t10`.`hour` ASC NULLS LAST
