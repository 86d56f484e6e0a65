"""The metrics of the catalogue about posts of one age, and the meaning of their columns."""

from __future__ import annotations

from dwell.metrics.ages import AGES, NOT_KNOWN
from dwell.metrics.columns import BENCHMARK, POST, Columns
from dwell.metrics.counters import COUNTERS, RATE_FORMULAS, RATES
from dwell.metrics.metric import Metric

_ROUNDED = "the range of the two readings, and of what their rounding hides"
_REASONS = ", ".join(f"`{words}`" for words in NOT_KNOWN.values())

POST_AT_AGE: Columns = {
    **{name: POST[name] for name in ("post_id", "platform", "handle", "caption", "url", "posted_at", "observed_at")},
    **{name: POST[name] for name in ("duration_s", "bucket")},
    **{
        name: ("", f"{name.capitalize()} at that age: on the line between the readings that enclose it")
        for name in COUNTERS
    },
    "views_low": ("views", f"The least that they may have been: {_ROUNDED}"),
    "views_high": ("views", "The most that they may have been"),
    **{rate: ("0-1", f"{formula}, at that age") for rate, formula in RATE_FORMULAS.items()},
    "engagement_rate_low": ("0-1", f"The least that it may have been: {_ROUNDED}"),
    "engagement_rate_high": ("0-1", "The most that it may have been"),
    "views_percentile": (
        "0-1",
        "Share of the creator's other eligible posts of the bucket with fewer views at that age; null without others",
    ),
    "percentile": ("0-1", "The same for the engagement rate at that age"),
    "above_p90": ("", "Engagement rate above the p90 of the bucket at that age"),
    "gap_h": ("hours", "Between the two readings; 0 where one is of that very age"),
    "precision": ("", "`exact`, or `day` where a reading is known to the day (7d only)"),
    "reason": ("", f"Why nothing is known at that age: {_REASONS}; null where it is"),
    "excluded": ("", "Why the post is not eligible, as in `posts`; posts are never too young here"),
}
BENCHMARK_AT_AGE: Columns = {
    **{name: BENCHMARK[name] for name in ("bucket", "group", "n")},
    "known": ("posts", "Posts of the bucket whose views at that age are known"),
    "views_median": ("views", "Median views at that age"),
    "views_p90": ("views", "90th percentile"),
    "views_median_low": ("views", "Median of the least that they may have been"),
    "views_median_high": ("views", "Median of the most that they may have been"),
    **{
        column: (BENCHMARK[column][0], f"{BENCHMARK[column][1]}, at that age")
        for rate in RATES
        for column in (f"{rate}_median", f"{rate}_p90", f"{rate}_n")
    },
}
KNOWN_AT_AGE: Columns = {
    "total": ("posts", "Posts, eligible or not"),
    "eligible": ("posts", "Of them, eligible posts, of any age"),
    "known": ("posts", "Of them, posts whose views at that age are known"),
    "by_day": ("posts", "Of those, posts with a reading that is known to the day"),
    **{name: ("posts", f"Posts without: `{words}`") for name, words in NOT_KNOWN.items()},
}
_FILTERS = {
    "age": f"Age since publishing: {', '.join(f'`{age}`' for age in AGES)}; 24h",
    "platform": "`tiktok`, `youtube` or `facebook`; all when None",
    "handle": "Account, lower case without @, or several as a tuple; all accounts when None",
    "include": "Filters to switch off: ads, pinned, photos",
}
_SCHEME = {"scheme": "Duration buckets: `proxy` (default) or `sweet-spot`"}
_FACTS = ("posts", "post_snapshots")
_ROLLUP = ("post_latest", "post_snapshots")
_ACCOUNTS = ("creators", "creator_snapshots")

AT_AGE: tuple[Metric, ...] = (
    Metric(
        "posts_at_age",
        "dwell.metrics.at_age",
        "posts_at_age",
        _FACTS,
        POST_AT_AGE,
        ("post_id",),
        "Every post with its counters and rates at one age, young posts, too: from two readings that enclose it, at "
        "most half of the age apart (an hour and a quarter for `1h`); newest first.",
        {
            **_SCHEME,
            **_FILTERS,
            "above_p90": "Only posts above the p90 of their bucket at that age; False",
            "sort": "Column to sort by, highest first and unknown last; newest first when None, and among equals",
            "limit": "Number of rows; all when None",
        },
        rolled_up=_ROLLUP,
    ),
    Metric(
        "benchmarks_at_age",
        "dwell.metrics.at_age",
        "benchmarks_at_age",
        (*_FACTS, *_ACCOUNTS),
        BENCHMARK_AT_AGE,
        ("bucket", "group"),
        "Exact median and 90th percentile of views and of each rate at one age per duration bucket; eligible posts.",
        {
            **_SCHEME,
            "by": "`bucket` (default), `creator-size` or `niche`: what rows are grouped by besides the bucket",
            **_FILTERS,
        },
        ("group",),
        rolled_up=(*_ROLLUP, *_ACCOUNTS),
    ),
    Metric(
        "known_at_age",
        "dwell.metrics.at_age",
        "known_at_age",
        _FACTS,
        KNOWN_AT_AGE,
        (),
        "One row: of how many eligible posts the views at one age are known, and why not of the others.",
        _FILTERS,
        rolled_up=_ROLLUP,
    ),
)
