WITH `newest_pairs` AS (
  SELECT
    `t14`.`post_id`,
    `t14`.`from_at`,
    `t14`.`to_at`,
    `t14`.`hours`,
    `t14`.`views_from`,
    `t14`.`views_to`,
    `t14`.`views_per_hour`,
    `t14`.`rounding_explains`,
    `t14`.`likes_from`,
    `t14`.`likes_to`
  FROM (
    SELECT
      *
    FROM (
      SELECT
        `t12`.`post_id`,
        `t12`.`from_at`,
        `t12`.`to_at`,
        `t12`.`hours`,
        `t12`.`views_from`,
        `t12`.`views_to`,
        `t12`.`views_per_hour`,
        `t12`.`rounding_explains`,
        `t12`.`likes_from`,
        `t12`.`likes_to`,
        ROW_NUMBER() OVER (PARTITION BY `t12`.`post_id` ORDER BY `t12`.`to_at` DESC) - 1 AS `back`
      FROM (
        SELECT
          *
        FROM (
          SELECT
            `t10`.`post_id`,
            `t10`.`from_at`,
            `t10`.`to_at`,
            (
              (
                CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t10`.`to_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t10`.`from_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
              ) / (
                3600
              )
            ) AS `hours`,
            `t10`.`views_from`,
            `t10`.`views_to`,
            (
              (
                CAST(`t10`.`views_to` - `t10`.`views_from` AS DOUBLE)
              ) / (
                NULLIF(
                  (
                    (
                      CAST(CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t10`.`to_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) - CAST(FLOOR(CAST(UNIX_TIMESTAMP(CAST(`t10`.`from_at` AS TIMESTAMP)) AS DOUBLE)) AS BIGINT) AS DOUBLE)
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
                    `t10`.`views_from` >= 1000000000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100000000
                    ) = 0
                  )
                  THEN 100000000
                  WHEN (
                    `t10`.`views_from` >= 1000000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100000
                    ) = 0
                  )
                  THEN 100000
                  WHEN (
                    `t10`.`views_from` >= 10000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100
                    ) = 0
                  )
                  THEN 100
                  ELSE 0
                END,
                CASE
                  WHEN (
                    `t10`.`views_to` >= 1000000000
                  )
                  AND (
                    (
                      `t10`.`views_to` % 100000000
                    ) = 0
                  )
                  THEN 100000000
                  WHEN (
                    `t10`.`views_to` >= 1000000
                  )
                  AND (
                    (
                      `t10`.`views_to` % 100000
                    ) = 0
                  )
                  THEN 100000
                  WHEN (
                    `t10`.`views_to` >= 10000
                  ) AND (
                    (
                      `t10`.`views_to` % 100
                    ) = 0
                  )
                  THEN 100
                  ELSE 0
                END
              ) > 0
            )
            AND (
              ABS(`t10`.`views_to` - `t10`.`views_from`) <= GREATEST(
                CASE
                  WHEN (
                    `t10`.`views_from` >= 1000000000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100000000
                    ) = 0
                  )
                  THEN 100000000
                  WHEN (
                    `t10`.`views_from` >= 1000000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100000
                    ) = 0
                  )
                  THEN 100000
                  WHEN (
                    `t10`.`views_from` >= 10000
                  )
                  AND (
                    (
                      `t10`.`views_from` % 100
                    ) = 0
                  )
                  THEN 100
                  ELSE 0
                END,
                CASE
                  WHEN (
                    `t10`.`views_to` >= 1000000000
                  )
                  AND (
                    (
                      `t10`.`views_to` % 100000000
                    ) = 0
                  )
                  THEN 100000000
                  WHEN (
                    `t10`.`views_to` >= 1000000
                  )
                  AND (
                    (
                      `t10`.`views_to` % 100000
                    ) = 0
                  )
                  THEN 100000
                  WHEN (
                    `t10`.`views_to` >= 10000
                  ) AND (
                    (
                      `t10`.`views_to` % 100
                    ) = 0
                  )
                  THEN 100
                  ELSE 0
                END
              )
            )
            AND (
              `t10`.`rounded_from` OR `t10`.`rounded_to`
            ) AS `rounding_explains`,
            `t10`.`likes_from`,
            `t10`.`likes_to`
          FROM (
            SELECT
              `t9`.`post_id`,
              LAG(`t9`.`observed_at`) OVER (PARTITION BY `t9`.`post_id` ORDER BY `t9`.`observed_at` ASC NULLS LAST) AS `from_at`,
              `t9`.`observed_at` AS `to_at`,
              LAG(`t9`.`views`) OVER (PARTITION BY `t9`.`post_id` ORDER BY `t9`.`observed_at` ASC NULLS LAST) AS `views_from`,
              `t9`.`views` AS `views_to`,
              LAG(`t9`.`rounded`) OVER (PARTITION BY `t9`.`post_id` ORDER BY `t9`.`observed_at` ASC NULLS LAST) AS `rounded_from`,
              `t9`.`rounded` AS `rounded_to`,
              LAG(`t9`.`likes`) OVER (PARTITION BY `t9`.`post_id` ORDER BY `t9`.`observed_at` ASC NULLS LAST) AS `likes_from`,
              `t9`.`likes` AS `likes_to`
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  `t6`.`post_id`,
                  `t6`.`observed_at`,
                  `t6`.`views`,
                  `t6`.`rounded`,
                  `t6`.`likes`
                FROM (
                  SELECT
                    `t1`.`post_id`,
                    `t1`.`observed_at`,
                    `t1`.`views`,
                    `t1`.`rounded`,
                    `t1`.`likes`
                  FROM `post_snapshots` AS `t1`
                ) AS `t6`
                LEFT SEMI JOIN (
                  SELECT
                    *
                  FROM `posts` AS `t0`
                  WHERE
                    `t0`.`platform` = 'tiktok'
                ) AS `t7`
                  ON `t6`.`post_id` = `t7`.`post_id`
              ) AS `t8`
              WHERE
                NOT `t8`.`views` IS NULL
            ) AS `t9`
          ) AS `t10`
          WHERE
            NOT `t10`.`from_at` IS NULL
          ORDER BY
            `t10`.`post_id` ASC NULLS LAST,
            `t10`.`to_at` ASC NULLS LAST
        ) AS `t11`
        WHERE
          NOT `t11`.`views_per_hour` IS NULL AND NOT ISNAN(`t11`.`views_per_hour`)
      ) AS `t12`
    ) AS `t13`
    WHERE
      `t13`.`back` = 0
  ) AS `t14`
), `fastest` AS (
  SELECT
    *
  FROM (
    SELECT
      `t17`.`post_id`,
      `t17`.`from_at`,
      `t17`.`to_at`,
      `t17`.`hours`,
      `t17`.`views_from`,
      `t17`.`views_to`,
      `t17`.`views_per_hour`,
      `t17`.`rounding_explains`,
      `t17`.`likes_from`,
      `t17`.`likes_to`,
      `t19`.`observed_twice`
    FROM `newest_pairs` AS `t17`
    CROSS JOIN (
      SELECT
        COUNT(*) AS `observed_twice`
      FROM `newest_pairs` AS `t16`
    ) AS `t19`
  ) AS `t20`
  ORDER BY
    `t20`.`views_per_hour` DESC,
    `t20`.`post_id` ASC NULLS LAST
  LIMIT 20
)
SELECT
  *
FROM (
  SELECT
    `t25`.`post_id`,
    `t25`.`from_at`,
    `t25`.`to_at`,
    `t25`.`hours`,
    `t25`.`views_from`,
    `t25`.`views_to`,
    `t25`.`views_per_hour`,
    `t25`.`rounding_explains`,
    `t25`.`likes_from`,
    `t25`.`likes_to`,
    `t25`.`observed_twice`,
    `t25`.`caption`,
    `t25`.`url`
  FROM (
    SELECT
      `t24`.`post_id`,
      `t24`.`from_at`,
      `t24`.`to_at`,
      `t24`.`hours`,
      `t24`.`views_from`,
      `t24`.`views_to`,
      `t24`.`views_per_hour`,
      `t24`.`rounding_explains`,
      `t24`.`likes_from`,
      `t24`.`likes_to`,
      `t24`.`observed_twice`,
      `t4`.`post_id` AS `post_id_right`,
      `t4`.`caption`,
      `t4`.`url`
    FROM `fastest` AS `t24`
    LEFT OUTER JOIN (
      SELECT
        `t0`.`post_id`,
        `t0`.`caption`,
        `t0`.`url`
      FROM `posts` AS `t0`
    ) AS `t4`
      ON `t24`.`post_id` = `t4`.`post_id`
  ) AS `t25`
) AS `t26`
ORDER BY
  `t26`.`views_per_hour` DESC,
  `t26`.`post_id` ASC NULLS LAST
