"""Results as commands have them, made by hand, so that their tables need no data folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from dwell.cli import (
    at_age,
    audit,
    benchmarks,
    compare,
    cost,
    growth,
    import_,
    live_options,
    posts,
    schedule,
    score,
    status,
    sync,
    tiers,
    trend,
    vet,
    videos,
)  # fmt: skip
from dwell.cli.tables.table import result_table
from dwell.results import Result

AT = datetime(2026, 11, 26, 17, 5, tzinfo=UTC)
CAPTION = "Wait for crispy potatoes 🥔🥔 脆皮土豆 #recipe #onepan #dinnerideas #comfortfood, and some words more"


def make(columns: str, *rows: tuple[Any, ...], **meta: Any) -> Result:
    """A result whose columns are the words of a text."""
    return Result(tuple(columns.split()), list(rows), meta)


METRIC = {
    "name": "engagement_rate",
    "reason": "By engagement rate: known for 1 of 1 eligible post.",
    "n": 1,
    "eligible": 1,
}

POSTS = make(
    "post_id posted_at duration_s bucket views engagement_rate watch_ratio save_rate share_rate percentile above_p90 "
    "views_multiple engagement_multiple full_watch_rate excluded followers caption handle",
    ("7618329178905560516", AT, 12.0, "<=20", 2_516_400, 0.2182, 0.8333, 0.0088, 0.0032, 1.0, True, 1.4, 2.42, 0.497,
     None, None, CAPTION, "demo_kitchen"),
    ("7590283792611974785", AT, None, None, 27_400, None, None, None, None, None, None, None, None, None, "young", None,
     None, "demo_kitchen"),
    metric=METRIC,
)  # fmt: skip
TIERS = make(
    "dimension level top bottom effect effect_name low high p_value q_value separates",
    ("hashtag", "onepan", 0.527, 0.0, 0.527, "difference", 0.34, 0.68, 1e-7, 4e-6, True),
    ("duration_s", None, 20.0, 44.5, -0.67, "cliffs_delta", -0.81, -0.45, 1e-6, 2e-6, True),
    *(("hour", str(hour), 0.25, 0.01, 0.24, "difference", 0.1, 0.41, 0.002, 0.021, False) for hour in range(9, 21)),
    tz="UTC",
    verdict="2 of 14 comparisons separate the top quarter from the bottom quarter.",
    metric=METRIC,
)
AUDIT = make(
    "target proxy n spearman low high gain_r2 gain_low gain_high verdict spearman_overall q_value drop_r2 drop_low "
    "drop_high",
    ("watch_ratio", "save_rate", 140, 0.541, 0.37, 0.65, 0.12, 0.05, 0.19, "follows", 0.6, 0.0001, 0.06, 0.01, 0.1),
    ("watch_ratio", "duration_s", 140, -0.33, -0.46, -0.16, 0.41, 0.18, 0.64, "against", -0.4, 0.0, None, None, None),
    ("full_watch_rate", "views", 141, 0.41, 0.2, 0.5, -0.0004, -0.1, 0.1, "cannot tell", 0.5, 0.3, None, None, None),
    verdict="watch_ratio: save_rate follows (+0.54), duration_s against (-0.33); saves change R² by +0.06.",
)
BENCHMARKS = make(
    "bucket group n engagement_rate_median engagement_rate_p90 engagement_rate_n like_rate_median like_rate_p90 "
    "like_rate_n comment_rate_median share_rate_median save_rate_median save_rate_p90 views_median download_rate_n "
    "metric_median metric_p90 metric_n",
    ("<=10", "micro 10K-100K", 24, 0.0717, 0.1238, 24, 0.06, 0.1, 24, 0.00004, 0.0066, 0.012, 0.022, 18_175.0, 18,
     0.0717, 0.1238, 24),
    (">60", "macro 100K-1M", 1_307, 0.09, 0.13, 7, 0.08, 0.12, 7, 0.0028, None, 0.027, 0.05, 1_116_800.0, 0, 0.09,
     0.13, 7),
    total=1_400, platform="tiktok", excluded={"ads": 49, "young": 10, "unknown_duration": 5, "unknown_age": 0},
    metric=METRIC,
)  # fmt: skip
POSTS_AT_AGE = make(
    "post_id posted_at duration_s bucket views views_low views_high views_percentile engagement_rate percentile "
    "above_p90 gap_h precision reason excluded caption handle",
    ("7618329178905560516", AT, 12.0, "<=20", 16_400, 15_900, 17_100, 0.9, 0.2182, 1.0, True, 1.0, "exact", None, None,
     CAPTION, "demo_kitchen"),
    ("7590283792611974785", AT, None, None, None, None, None, None, None, None, None, None, None, "first read later",
     "ads", None, "demo_kitchen"),
    at="24h", warnings=["Known of 1 of 2 eligible posts at 24h; not known of the others: first read later (1)."],
)  # fmt: skip
BENCHMARKS_AT_AGE = make(
    "bucket n known views_median views_p90 views_median_low views_median_high engagement_rate_median "
    "engagement_rate_p90 save_rate_median engagement_rate_n",
    ("<=10", 24, 20, 18_175.0, 1_212_175.5, 17_900.0, 18_300.0, 0.0717, 0.1238, 0.012, 20),
    (">60", 1_307, 0, None, None, None, None, None, None, None, 0),
    at="7d",
    warnings=["Known of 20 of 1,331 eligible posts at 7d."],
)
STATUS = make(
    "handle platform display_name niche posts snapshots posts_with_watch_time last_observed_at",
    ("demo_kitchen", "tiktok", "Demo Kitchen (simulated)", "cooking", 161, 538, 149, AT),
    ("demo_kitchen_and_pantry_duo", "tiktok", None, None, 3_216, 12_864, 0, AT),
    tables={"posts": 3_718, "watch_times": 149, "comments": 0}, unknown_share={"views": 0.0, "saves": 0.2497},
    sources={"apify": 538}, first_observed_at=AT, last_observed_at=AT,
    storage={"sealed_at": None, "unsealed_rows": 4_728, "rows_outside_rollup": 0},
)  # fmt: skip
IMPORT = make(
    "path format rows_read posts_new snapshots_new known rejected rejects_file watch_times_new gained duplicates",
    ("Overview_2025-11-26_1795642605_demo_kitchen.zip", "studio", 365, 0, 0, 0, 0, None, 0, 365, 0),
    ("web_recommend_item_list.json", "web-items", 1_261, 591, 1_126, 12, 3, "rejects/w.csv", 0, 126, 4),
)
SCHEDULES = make(
    "schedule what posts topics provider niche max_credits every at tz next_due_at last_due_at last_outcome",
    ("daily", "watchlist rivals", 500, 0, None, None, None, "day", "00:00", "UTC", AT, None, None),
    ("weekly", "@demo_kitchen @demo_pantry @demo_bigtable", 200, 3, "tikliveapi", "cooking", 40, "monday", "06:00",
     "Europe/Berlin", AT, AT, "complete"),
)  # fmt: skip
COST = make(
    "account provider requests credits uncertain_credits usd failed first_at last_at",
    ("demo_kitchen", "tikliveapi", 1_235, 1_235, 0, 0.000396, 0, AT, AT),
    ("demo_kitchen_and_pantry_duo", "scavio", 4, 8, 2, 12.5, 1, AT, AT),
    total={"requests": 1_239, "credits": 1_243, "uncertain_credits": 2, "usd": 12.5004},
)
SYNC_PLAN = make(
    "account stream requests note",
    ("@demo_kitchen", "account_days", 12, "from 2026-01-01, 365 days"),
    ("@demo_kitchen", "videos", 1_204, "as many as the account has; their number is not known before the first sync"),
    unknown=True, requests_expected=1_216, per_minute=20, seconds_expected=3_648, resumes=None,
)  # fmt: skip
VIDEOS = make(
    "id status creator title snapshots_count slots days_remaining last_updated reason video_link",
    ("vid_0hoigrpqfvk89tvbo4sf07j", "monitoring", "demo_kitchen", CAPTION, 17, 24, 0.25, AT, None, "https://x"),
    ("vid_0hoigrpqfvk89tvbo4sf07k", "completed", None, None, 2_400, 2_400, 0.0, AT, "expired", "https://y"),
    complete=True,
)
GROWTH = make(
    "post_id from_at to_at hours views_from views_to views_per_hour likes_from likes_to views_per_hour_low "
    "views_per_hour_high reason",
    ("7553353663260265632", AT, AT, 182.4, 22_200, 1_022_220, None, 2_097, None, -0.5, 0.5, "rounding explains it"),
    warnings=[],
)
PLAN = make(
    "target lookups pages_at_most pages_expected credits_at_most note",
    ("@demo_kitchen_and_pantry_duo", 1, 25, 25, 26, "complete so far: only new posts"),
)
TREND = make(
    "period_start posts views_median engagement_rate_median engagement_rate_change save_rate_median top_tier_share "
    "metric_median metric_n metric_change",
    (date(2026, 3, 2), 4, 1_019_100.0, 0.0592, None, 0.0065, 0.25, 0.0592, 4, None),
    (date(2026, 3, 9), 2, 17_200.0, 0.0543, -0.0049, None, 0.0, 0.0543, 2, -0.0049),
    warnings=[],
    metric=METRIC,
)
SCORES = make(
    "post_id rank percentile percentile_low percentile_high watch_ratio_predicted posted_at duration_s views caption",
    ("7620485028393236836", 1, 0.9958, 0.679, 0.9958, 0.75, AT, 15.0, 223_500, CAPTION),
)
COMPARED = make(
    "metric kind handle value own_value difference difference_low difference_high verdict n own_n share buckets low "
    "high own_low own_high effect effect_low effect_high p_value q_value reason",
    ("watch_ratio", "measured", "demo_pantry", None, None, None, None, None, "unknown", 0, 0, None, None, None, None,
     None, None, None, None, None, None, None, "@demo_pantry has 7 posts where it is known, 3 fewer than needed"),
    ("save_rate", "public", "demo_pantry", 0.0152, 0.0104, 0.0048, 0.0023, 0.0067, "higher", 118, 143, 1.0,
     ["<=10", ">60"], 0.014, 0.016, 0.009, 0.012, 0.4, 0.26, 0.52, 1e-6, 4e-6, None),
    ("posts_per_week", "public", "demo_pantry", 3.2, 2.9, 0.3, -0.3, 0.9, "unknown", 40, 40, None, None, None, None,
     None, None, None, None, None, 0.2, 0.3, "no difference is shown, and a large one is not excluded"),
    ("duration_s", "public", "demo_pantry", 34.0, 30.0, 4.0, -0.3, 12.0, "similar", 120, 143, None, None, 30.0, 38.0,
     28.0, 33.0, 0.1, -0.1, 0.3, 0.2, 0.2, None),
    verdict="@demo_pantry is higher in save_rate than @demo_kitchen.", reference="demo_kitchen", at=None,
    accounts=[
        {"handle": "demo_kitchen", "posts": 161, "eligible": 143, "known": 143, "age_h_median": 4_525.9},
        {"handle": "demo_pantry", "posts": 129, "eligible": 120, "known": 120, "age_h_median": None},
    ],
)  # fmt: skip
CHECKS = make(
    "check value low high norm reads_as n evidence",
    ("like_rate_median", 0.0568, 0.051, 0.0675, "3-8 %", "healthy", 20, "Median of 20 posts."),
    ("view_steps", None, None, None, None, "cannot tell", 0, "No post was observed four times or more."),
    handle="demo_pantry", verdict="recommended", n=20, left_out={"ads": 2}, reasons=["Nothing is wrong."], paid=None,
)  # fmt: skip

TABLES: dict[str, tuple[Result, Callable[[Result], str]]] = {
    "posts": (POSTS, partial(posts._text, of_one=True)),
    "tiers": (TIERS, lambda result: tiers._text(result, every=False)),
    "compare": (COMPARED, lambda result: compare._text(result, every=False)),
    "audit": (AUDIT, lambda result: audit._text(result, every=False)),
    "benchmarks": (BENCHMARKS, benchmarks._text),
    "posts --at": (POSTS_AT_AGE, partial(at_age.posts_text, of_one=True)),
    "benchmarks --at": (BENCHMARKS_AT_AGE, at_age.benchmarks_text),
    "status": (STATUS, lambda result: status._text(result, Path("data"))),
    "import": (IMPORT, lambda result: result_table(result, import_._LAYOUT)),
    "schedule list": (SCHEDULES, lambda result: result_table(result, schedule._LAYOUT)),
    "cost": (COST, cost._text),
    "sync plan": (SYNC_PLAN, sync._plan_text),
    "videos": (VIDEOS, lambda result: videos._list_text(result, "", more=False)),
    "growth": (GROWTH, growth._text),
    "sweep plan": (PLAN, lambda result: result_table(result, live_options.PLAN)),
    "trend": (TREND, trend._text),
    "score": (SCORES, lambda result: result_table(result, score._LAYOUT)),
    "vet": (CHECKS, lambda result: vet._text(result, every=False)),
}
SNAPSHOTS = (
    *(
        "posts",
        "tiers",
        "compare",
        "audit",
        "benchmarks",
        "status",
        "import",
        "schedule list",
        "cost",
        "sync plan",
        "videos",
    ),
)
