SELECT
  `t19`.`handle`,
  `t19`.`platform`,
  `t19`.`display_name`,
  `t19`.`niche`,
  COALESCE(`t19`.`posts`, 0) AS `posts`,
  COALESCE(`t19`.`snapshots`, 0) AS `snapshots`,
  COALESCE(`t19`.`posts_with_watch_time`, 0) AS `posts_with_watch_time`,
  `t19`.`last_observed_at`
FROM (
  SELECT
    `t18`.`handle`,
    `t18`.`platform`,
    `t18`.`display_name`,
    `t18`.`niche`,
    `t18`.`posts`,
    `t18`.`snapshots`,
    `t18`.`posts_with_watch_time`,
    `t18`.`last_observed_at`
  FROM (
    SELECT
      `t7`.`handle`,
      `t7`.`platform`,
      `t7`.`display_name`,
      `t7`.`niche`,
      `t17`.`handle` AS `handle_right`,
      `t17`.`posts`,
      `t17`.`snapshots`,
      `t17`.`posts_with_watch_time`,
      `t17`.`last_observed_at`
    FROM (
      SELECT
        `t0`.`handle`,
        `t0`.`platform`,
        `t0`.`display_name`,
        `t0`.`niche`
      FROM `creators` AS `t0`
    ) AS `t7`
    LEFT OUTER JOIN (
      SELECT
        `t15`.`handle`,
        COUNT(*) AS `posts`,
        CAST(SUM(CAST(COALESCE(`t15`.`snapshots`, 0) AS DOUBLE)) AS BIGINT) AS `snapshots`,
        COUNT(`t15`.`watched`) AS `posts_with_watch_time`,
        MAX(`t15`.`last_observed_at`) AS `last_observed_at`
      FROM (
        SELECT
          `t14`.`post_id`,
          `t14`.`handle`,
          `t14`.`snapshots`,
          `t14`.`last_observed_at`,
          `t8`.`post_id` AS `post_id_right`,
          `t8`.`watched`
        FROM (
          SELECT
            `t12`.`post_id`,
            `t12`.`handle`,
            `t12`.`snapshots`,
            `t12`.`last_observed_at`
          FROM (
            SELECT
              `t9`.`post_id`,
              `t9`.`handle`,
              `t11`.`post_id` AS `post_id_right`,
              `t11`.`snapshots`,
              `t11`.`last_observed_at`
            FROM (
              SELECT
                `t2`.`post_id`,
                `t2`.`handle`
              FROM `posts` AS `t2`
            ) AS `t9`
            LEFT OUTER JOIN (
              SELECT
                `t3`.`post_id`,
                COUNT(*) AS `snapshots`,
                MAX(`t3`.`observed_at`) AS `last_observed_at`
              FROM `post_snapshots` AS `t3`
              GROUP BY
                1
            ) AS `t11`
              ON `t9`.`post_id` = `t11`.`post_id`
          ) AS `t12`
        ) AS `t14`
        LEFT OUTER JOIN (
          SELECT
            `t1`.`post_id`,
            COUNT(*) AS `watched`
          FROM `watch_times` AS `t1`
          GROUP BY
            1
        ) AS `t8`
          ON `t14`.`post_id` = `t8`.`post_id`
      ) AS `t15`
      GROUP BY
        1
    ) AS `t17`
      ON `t7`.`handle` = `t17`.`handle`
  ) AS `t18`
) AS `t19`
ORDER BY
  COALESCE(`t19`.`posts`, 0) DESC,
  `t19`.`handle` ASC NULLS LAST
