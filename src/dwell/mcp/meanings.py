"""The meaning of columns that come out of models, plans and tracking: name -> (unit, meaning)."""

from __future__ import annotations

from dwell.metrics.catalog import METRICS
from dwell.metrics.columns import POST, Columns
from dwell.metrics.retention_columns import LIKE_PEAK, LIKES_BY_SECOND, RETENTION_BAND, RETENTION_CURVE, RETENTION_POINT

_LOW = "Lower end of its interval; null where unknown"
_HIGH = "Upper end of its interval; null where unknown"
_POST = {name: POST[name] for name in ("post_id", "posted_at", "duration_s", "views", "caption", "url")}

RETENTION: Columns = {
    **RETENTION_CURVE,
    **LIKE_PEAK,
    "shape": ("", "Name of the shape that the curve has; null where too few curves are known"),
    **RETENTION_BAND,
    **LIKES_BY_SECOND,
    **RETENTION_POINT,
}
"""Of both kinds of rows: a curve in figures, and a second of one curve."""
TIER: Columns = {
    "dimension": ("", "What is compared"),
    "level": ("", "Of a dimension in words: the word; null where medians are compared"),
    "top": ("", "Median of the best quarter, or its share of posts with this level (0-1)"),
    "bottom": ("", "The same of the weakest quarter"),
    "effect": ("", "Size of the difference"),
    "effect_name": ("", "`cliffs_delta` of medians, `difference` of shares"),
    "low": ("", _LOW),
    "high": ("", _HIGH),
    "p_value": ("0-1", "Of this comparison alone"),
    "q_value": ("0-1", "After correcting for all comparisons"),
    "separates": ("", "The difference is beyond chance after that correction"),
}
COMPARISON: Columns = {
    "metric": ("", "What is compared; rates and ratios are fractions"),
    "kind": ("", "Whether its numbers are `measured` or `public`"),
    "handle": ("", "The account that is compared with the first one"),
    "value": ("", "Its value, at the lengths that both have; null where unknown"),
    "own_value": ("", "The value of the first account at the same lengths; null where unknown"),
    "difference": ("", "value - own_value"),
    "difference_low": ("", _LOW),
    "difference_high": ("", _HIGH),
    "verdict": ("", "`higher`, `lower`, `similar` (a large difference is excluded) or `unknown` (see `reason`)"),
    "n": ("posts", "Of this account"),
    "own_n": ("posts", "Of the first account"),
    "share": ("0-1", "Part of the first account's posts that has these lengths"),
    "buckets": ("", "The lengths that both have; null where all posts are compared"),
    "low": ("", "Lower end of the interval of value; null where unknown"),
    "high": ("", "Upper end of the interval of value; null where unknown"),
    "own_low": ("", "Lower end of the interval of own_value; null where unknown"),
    "own_high": ("", "Upper end of the interval of own_value; null where unknown"),
    "effect": ("", "Cliff's delta, from -1 to 1: how often a post of this account is ahead of one of the first"),
    "effect_low": ("", _LOW),
    "effect_high": ("", _HIGH),
    "p_value": ("0-1", "Of this comparison alone"),
    "q_value": ("0-1", "After correcting for all comparisons"),
    "reason": ("", "Why nothing can be told"),
}
"""Of accounts beside each other."""
TREND: Columns = {
    **METRICS["trend"].columns,
    "complete": ("", "Whether the period is whole: not cut off, and its newest posts old enough to count"),
}
FINDING: Columns = {
    "finding": ("", "Name of the finding"),
    "statement": ("", "Rows with the same number support one sentence"),
    "sentence": ("", "That sentence"),
    "kind": ("", "Whether its numbers are `measured`, `public` or `predicted`"),
    "verdict": ("", "`found`, `nothing` (a large difference is excluded) or `unknown` (see `reason`)"),
    "metric": ("", "What was compared; rates and ratios are fractions"),
    "value": ("", "The figure of `group`, with `low` to `high` at `confidence`; null where unknown"),
    "n": ("posts", "Posts of `group`"),
    "other_value": ("", "The figure of `other_group`; null where unknown"),
    "other_n": ("posts", "Posts of `other_group`"),
    "low": ("", _LOW),
    "high": ("", _HIGH),
    "target": ("", "What public ratios or a model are held against"),
    "level": ("", "Of a metric in words: the word"),
    "group": ("", "Which posts"),
    "other_group": ("", "Which posts they are compared with"),
    "other_low": ("", _LOW),
    "other_high": ("", _HIGH),
    "effect_low": ("", _LOW),
    "effect_high": ("", _HIGH),
    "effect_name": ("", "How the size of the difference is measured"),
    "p_value": ("0-1", "Of the first test"),
    "q_value": ("0-1", "After correcting for all comparisons"),
    "confidence": ("0-1", "Of the intervals"),
    "comparisons": ("", "How many were made"),
    "effect": ("", "Size of the difference, by `effect_name`"),
    "clear": ("", "The difference is beyond chance after correcting for all `comparisons`"),
    "reason": ("", "Why it is unknown"),
}
AUDIT: Columns = {
    "target": ("", "Measured figure that is followed"),
    "proxy": ("", "Public ratio"),
    "n": ("posts", "Posts with both"),
    "spearman": ("-1 to 1", "Rank correlation of the two within an account"),
    "low": ("-1 to 1", _LOW),
    "high": ("-1 to 1", _HIGH),
    "gain_r2": ("", "What it explains beyond length and views"),
    "gain_low": ("", _LOW),
    "gain_high": ("", _HIGH),
    "spearman_overall": ("-1 to 1", "Rank correlation over all posts"),
    "drop_r2": ("", "What is lost where it alone is left out"),
    "drop_low": ("", _LOW),
    "drop_high": ("", _HIGH),
    "verdict": ("", "What that means"),
    "q_value": ("0-1", "After correcting for all comparisons"),
}
SCORE: Columns = {
    **_POST,
    "rank": ("", "Rank by predicted watch time, from 1"),
    "percentile": ("0-1", "Predicted place among the posts"),
    "percentile_low": ("0-1", _LOW),
    "percentile_high": ("0-1", _HIGH),
    "watch_ratio_predicted": ("", "Predicted avg_watch_s / duration_s; null where the level may not be shown"),
    "watch_ratio_predicted_low": ("", _LOW),
    "watch_ratio_predicted_high": ("", _HIGH),
}
VETTING: Columns = {
    "check": ("", "What was checked"),
    "value": ("", "Its value; rates are fractions; null where unknown"),
    "low": ("", _LOW),
    "high": ("", _HIGH),
    "norm": ("", "What is usual"),
    "reads_as": ("", "What the value means by that norm"),
    "n": ("posts", "Posts that it rests on"),
    "evidence": ("", "Why, in words"),
}
VIDEO: Columns = {
    "id": ("", "Id of the tracked video"),
    "status": ("", "`monitoring`, `completed`, `paused`, `error` or `cancelled`"),
    "creator": ("", "Account; null where unknown"),
    "title": ("", "Title or caption of the video; null where unknown"),
    "reason": ("", "Why it ended; null while it is tracked"),
    "monitoring_started": ("UTC", "When tracking began"),
    "monitoring_duration_days": ("days", "How long it is tracked"),
    "days_remaining": ("days", "What is left of that"),
    "interval_s": ("s", "Between two snapshots"),
    "slots": ("snapshots", "How many it may have"),
    "snapshots_count": ("snapshots", "How many it has"),
    "estimated_cost": ("US dollars", "For all slots"),
    "created_at": ("UTC", "When the job was made"),
    "ended_at": ("UTC", "When it ended; null while it is tracked"),
    "last_updated": ("UTC", "Newest snapshot; null without one"),
}
CURVE: Columns = {
    "slot": ("", "Number of the slot"),
    "at": ("UTC", "When the snapshot was taken, or was due"),
    **{name: (name, f"{name.capitalize()} then; null where unknown") for name in ("views", "likes", "comments")},
    "shares": ("shares", "Shares then; null where unknown"),
    "saves": ("saves", "Saves then; null where unknown"),
    "views_per_hour": ("views/h", "Growth over `hours`; null where rounding explains it or none is known"),
    "views_per_hour_low": ("views/h", "The least that it may be"),
    "views_per_hour_high": ("views/h", "The most that it may be"),
    "hours": ("hours", "Since the earlier snapshot"),
    "gap": ("", "Why there is no snapshot; null where there is one"),
    "provider": ("", "Who was asked"),
}
PLAN: Columns = {
    "target": ("", "Account or topic"),
    "lookups": ("requests", "Look-ups of it"),
    "pages_at_most": ("requests", "Pages of its posts at most"),
    "pages_expected": ("requests", "Pages that are likely"),
    "credits_at_most": ("credits", "What they cost at most"),
    "note": ("", "Why"),
}
SWEPT: Columns = {
    "name": ("", "Account or topic"),
    "state": ("", "What the platform says of it"),
    "complete": ("", "Everything that was asked for was read"),
    "posts": ("posts", "Posts read"),
    "lacks": ("", "What is missing, and why; empty where nothing is"),
    "total": ("", "Posts that the platform says there are; null where unknown"),
}
