SELECT
  `t0`.`creator_id`,
  `t0`.`handle`
FROM `creators` AS `t0`
WHERE
  NOT `t0`.`creator_id` IS NULL
ORDER BY
  `t0`.`creator_id` ASC NULLS LAST,
  `t0`.`handle` ASC NULLS LAST
