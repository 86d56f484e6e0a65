SELECT
  `t2`.`post_id`,
  `t2`.`from_at`,
  `t2`.`to_at`,
  (
    (
      CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t2`.`to_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t2`.`from_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
    ) / (
      3600
    )
  ) AS `hours`,
  `t2`.`views_from`,
  `t2`.`views_to`,
  (
    (
      CAST(`t2`.`views_to` - `t2`.`views_from` AS DOUBLE)
    ) / (
      NULLIF(
        (
          (
            CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t2`.`to_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t2`.`from_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
          ) / (
            3600
          )
        ),
        0
      )
    )
  ) AS `views_per_hour`,
  (
    GREATEST(
      CASE
        WHEN (
          `t2`.`views_from` >= 1000000000
        )
        AND (
          (
            `t2`.`views_from` % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          `t2`.`views_from` >= 1000000
        )
        AND (
          (
            `t2`.`views_from` % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          `t2`.`views_from` >= 10000
        ) AND (
          (
            `t2`.`views_from` % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          `t2`.`views_to` >= 1000000000
        )
        AND (
          (
            `t2`.`views_to` % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          `t2`.`views_to` >= 1000000
        ) AND (
          (
            `t2`.`views_to` % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          `t2`.`views_to` >= 10000
        ) AND (
          (
            `t2`.`views_to` % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    ) > 0
  )
  AND (
    ABS(`t2`.`views_to` - `t2`.`views_from`) <= GREATEST(
      CASE
        WHEN (
          `t2`.`views_from` >= 1000000000
        )
        AND (
          (
            `t2`.`views_from` % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          `t2`.`views_from` >= 1000000
        )
        AND (
          (
            `t2`.`views_from` % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          `t2`.`views_from` >= 10000
        ) AND (
          (
            `t2`.`views_from` % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END,
      CASE
        WHEN (
          `t2`.`views_to` >= 1000000000
        )
        AND (
          (
            `t2`.`views_to` % 100000000
          ) = 0
        )
        THEN 100000000
        WHEN (
          `t2`.`views_to` >= 1000000
        ) AND (
          (
            `t2`.`views_to` % 100000
          ) = 0
        )
        THEN 100000
        WHEN (
          `t2`.`views_to` >= 10000
        ) AND (
          (
            `t2`.`views_to` % 100
          ) = 0
        )
        THEN 100
        ELSE 0
      END
    )
  )
  AND (
    `t2`.`rounded_from` OR `t2`.`rounded_to`
  ) AS `rounding_explains`
FROM (
  SELECT
    `t1`.`post_id`,
    LAG(`t1`.`observed_at`) OVER (PARTITION BY `t1`.`post_id` ORDER BY `t1`.`observed_at` ASC NULLS LAST) AS `from_at`,
    `t1`.`observed_at` AS `to_at`,
    LAG(`t1`.`views`) OVER (PARTITION BY `t1`.`post_id` ORDER BY `t1`.`observed_at` ASC NULLS LAST) AS `views_from`,
    `t1`.`views` AS `views_to`,
    LAG(`t1`.`rounded`) OVER (PARTITION BY `t1`.`post_id` ORDER BY `t1`.`observed_at` ASC NULLS LAST) AS `rounded_from`,
    `t1`.`rounded` AS `rounded_to`
  FROM (
    SELECT
      `t0`.`post_id`,
      `t0`.`observed_at`,
      `t0`.`views`,
      `t0`.`rounded`
    FROM `post_snapshots` AS `t0`
    WHERE
      NOT `t0`.`views` IS NULL
  ) AS `t1`
) AS `t2`
WHERE
  NOT `t2`.`from_at` IS NULL
ORDER BY
  `t2`.`post_id` ASC NULLS LAST,
  `t2`.`to_at` ASC NULLS LAST
