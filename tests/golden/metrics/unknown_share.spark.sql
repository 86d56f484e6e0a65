WITH `newest_snapshots` AS (
  SELECT
    `t2`.`post_id`,
    `t2`.`last`.`observed_at` AS `observed_at`,
    `t2`.`last`.`views` AS `views`,
    `t2`.`last`.`likes` AS `likes`,
    `t2`.`last`.`comments` AS `comments`,
    `t2`.`last`.`shares` AS `shares`,
    `t2`.`last`.`saves` AS `saves`,
    `t2`.`last`.`downloads` AS `downloads`
  FROM (
    SELECT
      `t1`.`post_id`,
      MAX_BY(
        STRUCT(
          `t1`.`observed_at` AS `observed_at`,
          `t1`.`views` AS `views`,
          `t1`.`likes` AS `likes`,
          `t1`.`comments` AS `comments`,
          `t1`.`shares` AS `shares`,
          `t1`.`saves` AS `saves`,
          `t1`.`downloads` AS `downloads`
        ),
        `t1`.`observed_at`
      ) AS `last`
    FROM (
      SELECT
        `t0`.`post_id`,
        `t0`.`observed_at`,
        `t0`.`views`,
        `t0`.`likes`,
        `t0`.`comments`,
        `t0`.`shares`,
        `t0`.`saves`,
        `t0`.`downloads`
      FROM `post_snapshots` AS `t0`
    ) AS `t1`
    GROUP BY
      1
  ) AS `t2`
)
SELECT
  COUNT(*) AS `posts`,
  AVG(CAST(`t4`.`views` IS NULL AS DOUBLE)) AS `views`,
  AVG(CAST(`t4`.`likes` IS NULL AS DOUBLE)) AS `likes`,
  AVG(CAST(`t4`.`comments` IS NULL AS DOUBLE)) AS `comments`,
  AVG(CAST(`t4`.`shares` IS NULL AS DOUBLE)) AS `shares`,
  AVG(CAST(`t4`.`saves` IS NULL AS DOUBLE)) AS `saves`,
  AVG(CAST(`t4`.`downloads` IS NULL AS DOUBLE)) AS `downloads`
FROM `newest_snapshots` AS `t4`
