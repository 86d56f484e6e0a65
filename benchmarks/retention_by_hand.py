"""The question of `retention_speed.py` by hand for DuckDB: curves in figures with their bands, without odd axes."""

from __future__ import annotations

HANDLE = "maker"
PLACES = tuple(range(0, 101, 5))


def _at(place: str) -> str:
    """The curve at a second, between two stored points."""
    return (
        f"max(CASE WHEN second = {place} THEN rate WHEN second < {place} AND {place} < next_at"
        f" THEN rate + (next_rate - rate) * ({place} - second) / (next_at - second) END)"
    )


_FIGURES = ", ".join(
    [
        *(f"{_at(f'{second}.0')} AS at_{second}s" for second in (0, 1, 3, 5)),
        *(f"{_at(f'duration_s * {place / 100!r}')} AS at_{place}" for place in PLACES),
    ]
)
_BANDS = ", ".join(
    f"quantile_cont({name}, [0.1, 0.5, 0.9]) AS {name}_band" for name in ("at_3s", *(f"at_{place}" for place in PLACES))
)
_ABOVE = " + ".join(f"(f.at_{place} > b.at_{place}_band[3])::INT" for place in PLACES)
_BELOW = " + ".join(f"(f.at_{place} < b.at_{place}_band[1])::INT" for place in PLACES)

CURVES = f"""
WITH mine AS (
    SELECT post_id, duration_s, is_ad, posted_at,
        CASE WHEN duration_s <= 10 THEN '<=10' WHEN duration_s <= 20 THEN '<=20' WHEN duration_s <= 35 THEN '<=35'
            WHEN duration_s <= 60 THEN '<=60' ELSE '>60' END AS bucket
    FROM posts WHERE handle = '{HANDLE}'
),
counters AS (
    SELECT post_id,
        arg_max({{'views': views, 'likes': likes, 'comments': comments, 'shares': shares}}, observed_at) AS c
    FROM post_snapshots SEMI JOIN mine USING (post_id) GROUP BY post_id
),
newest AS (
    SELECT post_id, max(observed_at) AS observed_at FROM retention SEMI JOIN mine USING (post_id) GROUP BY post_id
),
points AS (
    SELECT post_id, duration_s, second, retention_rate AS rate,
        lead(second) OVER w AS next_at, lead(retention_rate) OVER w AS next_rate
    FROM retention JOIN newest USING (post_id, observed_at) JOIN mine USING (post_id)
    WINDOW w AS (PARTITION BY post_id ORDER BY second)
),
figures AS (
    SELECT post_id, count(*) AS points, {_FIGURES},
        sum((rate + next_rate) / 2 * (next_at - second)) AS area_s FROM points GROUP BY post_id
),
around AS (
    SELECT post_id, duration_s, second, rate, lag(rate, 1) OVER w AS r1, lag(rate, 2) OVER w AS r2,
        lag(rate, 3) OVER w AS r3, lag(rate, 4) OVER w AS r4, lead(rate) OVER w AS after
    FROM points WHERE second = ceil(second) WINDOW w AS (PARTITION BY post_id ORDER BY second)
),
events AS (
    SELECT *, rate - least(r1, r2) AS rise, (r1 - rate) - CASE WHEN rate < after THEN r2 - r1
            ELSE ((r2 - r1) + (rate - after)) / 2 END AS excess,
        coalesce(rate > r1 AND rate >= coalesce(after, -1)
            AND rise >= greatest(0.003, 0.02 * least(r1, r2)) - 1e-9, false) AS bump,
        coalesce(excess >= greatest(0.01, 0.05 * r1) - 1e-9, false) AND NOT coalesce(r1 > r2, false)
            AND NOT coalesce(r2 > r3, false) AND NOT coalesce(r3 > r4, false) AND NOT bump AS cliff,
        second - max(CASE WHEN (r1 - rate) * duration_s <= 0.2 + 1e-9 THEN NULL ELSE second END) OVER
            (PARTITION BY post_id ORDER BY second ROWS UNBOUNDED PRECEDING) AS run,
        CASE WHEN run >= greatest(2.0, 0.2 * duration_s) - 1e-9 THEN run ELSE 0 END AS flat
    FROM around
),
found AS (
    SELECT post_id, count(*) FILTER (bump) AS bumps, arg_max(second, rise) FILTER (bump) AS bump_s,
        max(rise) FILTER (bump) AS bump_height, count(*) FILTER (cliff) AS cliffs,
        arg_max(second, excess) FILTER (cliff) AS cliff_s, max(excess) FILTER (cliff) AS cliff_drop,
        max(flat) AS plateau_s, arg_max(second, flat) AS plateau_to_s
    FROM events GROUP BY post_id
),
bands AS (
    SELECT bucket, count(*) AS n, {_BANDS} FROM figures JOIN mine USING (post_id) WHERE NOT is_ad GROUP BY bucket
)
SELECT m.*, c.c.views AS views, (c.c.likes + c.c.comments + c.c.shares) / nullif(c.c.views, 0) AS engagement_rate,
    f.*, e.*, w.avg_watch_s, w.full_watch_rate, f.area_s - w.avg_watch_s AS area_difference_s,
    b.n AS bucket_n, b.at_3s_band, b.at_100_band, ({_ABOVE}) / 21 AS above_band, ({_BELOW}) / 21 AS below_band
FROM mine m JOIN newest n USING (post_id) JOIN figures f USING (post_id) JOIN found e USING (post_id)
    LEFT JOIN counters c USING (post_id) LEFT JOIN bands b ON b.bucket = m.bucket
    LEFT JOIN watch_times w ON w.post_id = m.post_id AND w.observed_at = n.observed_at
ORDER BY m.posted_at DESC, m.post_id
"""
