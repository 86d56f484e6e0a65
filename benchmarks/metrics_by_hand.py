"""The two questions of `metrics_speed.py` by hand for DuckDB, as an engineer writes who needs no other."""

from __future__ import annotations

_NEWEST = """
    newest AS (
        SELECT post_id, arg_max({{'at': observed_at, 'views': s.views, 'likes': likes, 'comments': comments,
            'shares': shares, 'saves': saves, 'downloads': downloads{more}}}, observed_at) AS s
        FROM post_snapshots s GROUP BY post_id
    ),
    rated AS (
        SELECT p.*, s.at, s.views AS views, s.likes, s.comments, s.shares, s.saves, s.downloads{carried},
            (epoch(s.at)::BIGINT - epoch(p.posted_at)::BIGINT) / 3600 AS age_h,
            CASE WHEN media_type = 'photo' THEN 'photos' WHEN is_ad THEN 'ads' WHEN is_pinned THEN 'pinned'
                WHEN epoch(s.at)::BIGINT - epoch(p.posted_at)::BIGINT < 72 * 3600 THEN 'young'
                WHEN s.views IS NULL THEN 'unknown_views' END AS excluded,
            CASE WHEN media_type = 'photo' THEN 'photo' WHEN duration_s > 0 THEN
                CASE WHEN duration_s <= 10 THEN '<=10' WHEN duration_s <= 20 THEN '<=20'
                    WHEN duration_s <= 35 THEN '<=35' WHEN duration_s <= 60 THEN '<=60' ELSE '>60' END END AS bucket,
            CASE WHEN s.views > 0 THEN s.views::DOUBLE END AS seen,
            CASE WHEN s.likes >= 0 AND s.comments >= 0 AND s.shares >= 0
                THEN (s.likes + s.comments + s.shares) / seen END AS engagement_rate,
            CASE WHEN s.likes >= 0 THEN s.likes / seen END AS like_rate,
            CASE WHEN s.comments >= 0 THEN s.comments / seen END AS comment_rate,
            CASE WHEN s.shares >= 0 THEN s.shares / seen END AS share_rate,
            CASE WHEN s.saves >= 0 THEN s.saves / seen END AS save_rate,
            CASE WHEN s.downloads >= 0 THEN s.downloads / seen END AS download_rate
        FROM {posts} p LEFT JOIN newest USING (post_id)
    )
"""
_FEW = "(SELECT post_id, platform, handle, posted_at, duration_s, media_type, is_ad, is_pinned FROM posts)"
_SHORT = _NEWEST.format(more="", carried="", posts=_FEW)
_RATES = ("engagement_rate", "like_rate", "comment_rate", "share_rate", "save_rate", "download_rate")

_FIGURES = (
    "quantile_cont({rate}, 0.5) AS {rate}_median, quantile_cont({rate}, 0.9) AS {rate}_p90, count({rate}) AS {rate}_n"
)

BENCHMARKS = f"""
WITH {_SHORT}
SELECT bucket, count(*) AS n,
    {", ".join(_FIGURES.format(rate=rate) for rate in _RATES)},
    quantile_cont(rated.views, 0.5) AS views_median
FROM rated WHERE excluded IS NULL AND bucket IS NOT NULL GROUP BY bucket ORDER BY min(duration_s)
"""

POSTS = f"""
WITH {_NEWEST.format(more=", 'rounded': rounded", carried=", s.rounded", posts="posts")},
    usual AS (
        SELECT platform, handle, posted_at,
            least(row_number() OVER creator, 20) AS baseline_n,
            quantile_cont(rated.views, 0.5) OVER last AS views_baseline,
            quantile_cont(engagement_rate, 0.5) OVER last AS engagement_baseline
        FROM rated WHERE excluded IS NULL AND handle IS NOT NULL AND posted_at IS NOT NULL
        WINDOW creator AS (PARTITION BY platform, handle ORDER BY posted_at, post_id),
            last AS (PARTITION BY platform, handle ORDER BY posted_at, post_id ROWS 19 PRECEDING)
        QUALIFY row_number() OVER (PARTITION BY platform, handle, posted_at ORDER BY post_id DESC) = 1
    ),
    places AS (
        SELECT post_id,
            CASE WHEN count(*) OVER (PARTITION BY platform, handle, bucket) > 1 THEN
                percent_rank() OVER (PARTITION BY platform, handle, bucket ORDER BY engagement_rate) END AS percentile
        FROM rated
        WHERE excluded IS NULL AND bucket IS NOT NULL AND engagement_rate IS NOT NULL AND handle IS NOT NULL
    ),
    edges AS (
        SELECT bucket, quantile_cont(engagement_rate, 0.9) AS p90 FROM rated WHERE excluded IS NULL GROUP BY bucket
    ),
    counts AS (SELECT handle, observed_at, followers FROM creator_snapshots WHERE followers IS NOT NULL),
    first_counts AS (SELECT handle, arg_min(followers, observed_at) AS followers FROM counts GROUP BY handle),
    measured AS (
        SELECT post_id, arg_max({{'avg': avg_watch_s, 'full': full_watch_rate}}, observed_at) AS w
        FROM watch_times GROUP BY post_id
    )
SELECT r.post_id, r.platform, r.handle, caption, url, r.posted_at, r.at AS observed_at, age_h, duration_s, r.bucket,
    media_type, is_ad, is_pinned, hashtags, sound_id, sound_original, length(caption) AS caption_length,
    r.views AS views, likes, comments, shares, saves, downloads, rounded,
    {", ".join(_RATES)}, percentile,
    CASE WHEN excluded IS NULL THEN engagement_rate > p90 END AS above_p90,
    r.views / nullif(views_baseline, 0) AS views_multiple,
    engagement_rate / nullif(engagement_baseline, 0) AS engagement_multiple,
    CASE WHEN r.handle IS NOT NULL AND r.posted_at IS NOT NULL THEN coalesce(baseline_n, 0) END AS baseline_n,
    coalesce(c.followers, f.followers) AS followers, niche,
    w.avg AS avg_watch_s, w.avg / nullif(duration_s, 0) AS watch_ratio, w.full AS full_watch_rate, excluded
FROM rated r
    ASOF LEFT JOIN usual u ON r.platform = u.platform AND r.handle = u.handle AND r.posted_at > u.posted_at
    ASOF LEFT JOIN counts c ON r.handle = c.handle AND r.at >= c.observed_at
    LEFT JOIN first_counts f ON r.handle = f.handle
    LEFT JOIN places ON places.post_id = r.post_id
    LEFT JOIN edges ON edges.bucket = r.bucket
    LEFT JOIN measured ON measured.post_id = r.post_id
    LEFT JOIN creators ON creators.handle = r.handle
ORDER BY r.posted_at DESC, r.post_id
"""

QUESTIONS = {"benchmarks": BENCHMARKS, "posts": POSTS}
