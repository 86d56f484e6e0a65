WITH `newest_snapshots` AS (
  SELECT
    `t4`.`post_id`,
    `t4`.`last`.`observed_at` AS `observed_at`,
    `t4`.`last`.`views` AS `views`
  FROM (
    SELECT
      `t3`.`post_id`,
      MAX_BY(
        STRUCT(`t3`.`observed_at` AS `observed_at`, `t3`.`views` AS `views`),
        `t3`.`observed_at`
      ) AS `last`
    FROM (
      SELECT
        `t1`.`post_id`,
        `t1`.`observed_at`,
        `t1`.`views`
      FROM `post_snapshots` AS `t1`
    ) AS `t3`
    GROUP BY
      1
  ) AS `t4`
)
SELECT
  COUNT(*) AS `total`,
  SUM(CAST(`t9`.`excluded` IS NULL AS BIGINT)) AS `eligible`,
  SUM(CAST(`t9`.`excluded` = 'young' AS BIGINT)) AS `young`,
  SUM(CAST(`t9`.`excluded` = 'ads' AS BIGINT)) AS `ads`,
  SUM(CAST(`t9`.`excluded` = 'pinned' AS BIGINT)) AS `pinned`,
  SUM(CAST(`t9`.`excluded` = 'photos' AS BIGINT)) AS `photos`,
  SUM(CAST(`t9`.`excluded` = 'unknown_views' AS BIGINT)) AS `unknown_views`,
  SUM(
    CAST((
      `t9`.`excluded` IS NULL
    )
    AND (
      `t9`.`age_h` IS NULL OR ISNAN(`t9`.`age_h`)
    ) AS BIGINT)
  ) AS `unknown_age`,
  SUM(
    CAST((
      `t9`.`excluded` IS NULL
    )
    AND (
      NOT (
        `t9`.`is_photo`
      )
      AND (
        `t9`.`duration_s` IS NULL
        OR ISNAN(`t9`.`duration_s`)
        OR (
          `t9`.`duration_s` <= 0
        )
      )
    ) AS BIGINT)
  ) AS `unknown_duration`
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
    END AS `excluded`
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
      `t7`.`views`
    FROM `posts` AS `t2`
    LEFT OUTER JOIN `newest_snapshots` AS `t7`
      ON `t2`.`post_id` = `t7`.`post_id`
  ) AS `t8`
) AS `t9`
