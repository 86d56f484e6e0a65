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
), `valued_posts` AS (
  SELECT
    `t9`.`post_id`,
    `t9`.`platform`,
    `t9`.`handle`,
    `t9`.`posted_at`,
    `t9`.`duration_s`,
    `t9`.`is_ad`,
    `t9`.`is_pinned`,
    `t9`.`caption`,
    `t9`.`url`,
    `t9`.`is_photo`,
    `t9`.`observed_at`,
    `t9`.`age_h`,
    `t9`.`views`,
    `t9`.`likes`,
    `t9`.`comments`,
    `t9`.`shares`,
    `t9`.`saves`,
    `t9`.`downloads`,
    `t9`.`excluded`,
    `t9`.`engagement_rate`,
    `t9`.`like_rate`,
    `t9`.`comment_rate`,
    `t9`.`share_rate`,
    `t9`.`save_rate`,
    `t9`.`download_rate`,
    `t9`.`bucket`,
    `t9`.`engagement_rate` AS `value`
  FROM (
    SELECT
      `t8`.`post_id`,
      `t8`.`platform`,
      `t8`.`handle`,
      `t8`.`posted_at`,
      `t8`.`duration_s`,
      `t8`.`is_ad`,
      `t8`.`is_pinned`,
      `t8`.`caption`,
      `t8`.`url`,
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
      CASE
        WHEN `t8`.`is_photo`
        THEN 'photo'
        WHEN `t8`.`duration_s` IS NULL
        OR ISNAN(`t8`.`duration_s`)
        OR (
          `t8`.`duration_s` <= 0
        )
        THEN CAST(NULL AS STRING)
        WHEN `t8`.`duration_s` <= 10
        THEN '<=10'
        WHEN `t8`.`duration_s` <= 20
        THEN '<=20'
        WHEN `t8`.`duration_s` <= 35
        THEN '<=35'
        WHEN `t8`.`duration_s` <= 60
        THEN '<=60'
        ELSE '>60'
      END AS `bucket`
    FROM (
      SELECT
        `t2`.`post_id`,
        `t2`.`platform`,
        `t2`.`handle`,
        `t2`.`posted_at`,
        `t2`.`duration_s`,
        `t2`.`is_ad`,
        `t2`.`is_pinned`,
        `t2`.`caption`,
        `t2`.`url`,
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
  ) AS `t9`
  WHERE
    `t9`.`excluded` IS NULL
    AND NOT `t9`.`bucket` IS NULL
    AND (
      NOT `t9`.`engagement_rate` IS NULL AND NOT ISNAN(`t9`.`engagement_rate`)
    )
), `edged_posts` AS (
  SELECT
    `t15`.`post_id`,
    `t15`.`platform`,
    `t15`.`handle`,
    `t15`.`posted_at`,
    `t15`.`duration_s`,
    `t15`.`is_ad`,
    `t15`.`is_pinned`,
    `t15`.`caption`,
    `t15`.`url`,
    `t15`.`is_photo`,
    `t15`.`observed_at`,
    `t15`.`age_h`,
    `t15`.`views`,
    `t15`.`likes`,
    `t15`.`comments`,
    `t15`.`shares`,
    `t15`.`saves`,
    `t15`.`downloads`,
    `t15`.`excluded`,
    `t15`.`engagement_rate`,
    `t15`.`like_rate`,
    `t15`.`comment_rate`,
    `t15`.`share_rate`,
    `t15`.`save_rate`,
    `t15`.`download_rate`,
    `t15`.`bucket`,
    `t15`.`value`,
    `t15`.`bucket_n`,
    `t15`.`bucket_median`,
    `t15`.`bucket_p90`,
    (
      `t15`.`bucket_n` >= 5
    ) AND (
      `t15`.`value` > `t15`.`bucket_p90`
    ) AS `above_p90`
  FROM (
    SELECT
      `t12`.`post_id`,
      `t12`.`platform`,
      `t12`.`handle`,
      `t12`.`posted_at`,
      `t12`.`duration_s`,
      `t12`.`is_ad`,
      `t12`.`is_pinned`,
      `t12`.`caption`,
      `t12`.`url`,
      `t12`.`is_photo`,
      `t12`.`observed_at`,
      `t12`.`age_h`,
      `t12`.`views`,
      `t12`.`likes`,
      `t12`.`comments`,
      `t12`.`shares`,
      `t12`.`saves`,
      `t12`.`downloads`,
      `t12`.`excluded`,
      `t12`.`engagement_rate`,
      `t12`.`like_rate`,
      `t12`.`comment_rate`,
      `t12`.`share_rate`,
      `t12`.`save_rate`,
      `t12`.`download_rate`,
      `t12`.`bucket`,
      `t12`.`value`,
      `t14`.`bucket_n`,
      `t14`.`bucket_median`,
      `t14`.`bucket_p90`
    FROM `valued_posts` AS `t12`
    INNER JOIN (
      SELECT
        `t11`.`bucket`,
        COUNT(*) AS `bucket_n`,
        PERCENTILE(`t11`.`value`, 0.5) AS `bucket_median`,
        PERCENTILE(`t11`.`value`, 0.9) AS `bucket_p90`
      FROM `valued_posts` AS `t11`
      GROUP BY
        1
    ) AS `t14`
      ON `t12`.`bucket` = `t14`.`bucket`
  ) AS `t15`
)
SELECT
  `t22`.`post_id`,
  `t22`.`caption`,
  `t22`.`url`,
  `t22`.`posted_at`,
  `t22`.`duration_s`,
  `t22`.`bucket`,
  `t22`.`views`,
  `t22`.`value`,
  `t22`.`above_p90`,
  `t22`.`bucket_n`,
  `t22`.`bucket_median`,
  `t22`.`bucket_p90`,
  `t22`.`total`,
  `t22`.`total_above_p90`
FROM (
  SELECT
    `t21`.`post_id`,
    `t21`.`platform`,
    `t21`.`handle`,
    `t21`.`posted_at`,
    `t21`.`duration_s`,
    `t21`.`is_ad`,
    `t21`.`is_pinned`,
    `t21`.`caption`,
    `t21`.`url`,
    `t21`.`is_photo`,
    `t21`.`observed_at`,
    `t21`.`age_h`,
    `t21`.`views`,
    `t21`.`likes`,
    `t21`.`comments`,
    `t21`.`shares`,
    `t21`.`saves`,
    `t21`.`downloads`,
    `t21`.`excluded`,
    `t21`.`engagement_rate`,
    `t21`.`like_rate`,
    `t21`.`comment_rate`,
    `t21`.`share_rate`,
    `t21`.`save_rate`,
    `t21`.`download_rate`,
    `t21`.`bucket`,
    `t21`.`value`,
    `t21`.`bucket_n`,
    `t21`.`bucket_median`,
    `t21`.`bucket_p90`,
    `t21`.`above_p90`,
    `t21`.`total`,
    `t21`.`total_above_p90`,
    ROW_NUMBER() OVER (
      PARTITION BY `t21`.`above_p90`
      ORDER BY CASE
        WHEN `t21`.`bucket` = '<=10'
        THEN 0
        WHEN `t21`.`bucket` = '<=20'
        THEN 1
        WHEN `t21`.`bucket` = '<=35'
        THEN 2
        WHEN `t21`.`bucket` = '<=60'
        THEN 3
        WHEN `t21`.`bucket` = '>60'
        THEN 4
        WHEN `t21`.`bucket` = 'photo'
        THEN 5
        ELSE 6
      END ASC NULLS LAST, `t21`.`value` ASC NULLS LAST, `t21`.`post_id` ASC NULLS LAST
    ) - 1 AS `number`,
    CASE
      WHEN `t21`.`above_p90`
      THEN GREATEST(
        CAST(CEIL(
          (
            (
              CAST(`t21`.`total_above_p90` AS DOUBLE)
            ) / (
              CAST(750 AS DOUBLE)
            )
          )
        ) AS BIGINT),
        1
      )
      ELSE GREATEST(
        CAST(CEIL(
          (
            (
              CAST(`t21`.`total` - `t21`.`total_above_p90` AS DOUBLE)
            ) / (
              CAST(1500 - CAST(CEIL(
                (
                  (
                    CAST(`t21`.`total_above_p90` AS DOUBLE)
                  ) / (
                    CAST(GREATEST(
                      CAST(CEIL(
                        (
                          (
                            CAST(`t21`.`total_above_p90` AS DOUBLE)
                          ) / (
                            CAST(750 AS DOUBLE)
                          )
                        )
                      ) AS BIGINT),
                      1
                    ) AS DOUBLE)
                  )
                )
              ) AS BIGINT) AS DOUBLE)
            )
          )
        ) AS BIGINT),
        1
      )
    END AS `step`
  FROM (
    SELECT
      `t18`.`post_id`,
      `t18`.`platform`,
      `t18`.`handle`,
      `t18`.`posted_at`,
      `t18`.`duration_s`,
      `t18`.`is_ad`,
      `t18`.`is_pinned`,
      `t18`.`caption`,
      `t18`.`url`,
      `t18`.`is_photo`,
      `t18`.`observed_at`,
      `t18`.`age_h`,
      `t18`.`views`,
      `t18`.`likes`,
      `t18`.`comments`,
      `t18`.`shares`,
      `t18`.`saves`,
      `t18`.`downloads`,
      `t18`.`excluded`,
      `t18`.`engagement_rate`,
      `t18`.`like_rate`,
      `t18`.`comment_rate`,
      `t18`.`share_rate`,
      `t18`.`save_rate`,
      `t18`.`download_rate`,
      `t18`.`bucket`,
      `t18`.`value`,
      `t18`.`bucket_n`,
      `t18`.`bucket_median`,
      `t18`.`bucket_p90`,
      `t18`.`above_p90`,
      `t20`.`total`,
      `t20`.`total_above_p90`
    FROM `edged_posts` AS `t18`
    CROSS JOIN (
      SELECT
        COUNT(*) AS `total`,
        SUM(CAST(`t17`.`above_p90` AS BIGINT)) AS `total_above_p90`
      FROM `edged_posts` AS `t17`
    ) AS `t20`
  ) AS `t21`
) AS `t22`
WHERE
  (
    `t22`.`number` % `t22`.`step`
  ) = 0
ORDER BY
  `t22`.`value` DESC,
  `t22`.`posted_at` DESC,
  `t22`.`post_id` ASC NULLS LAST
