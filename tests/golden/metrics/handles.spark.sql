SELECT
  *
FROM (
  SELECT DISTINCT
    `t0`.`handle`
  FROM `posts` AS `t0`
  WHERE
    NOT `t0`.`handle` IS NULL
) AS `t1`
ORDER BY
  `t1`.`handle` ASC NULLS LAST
