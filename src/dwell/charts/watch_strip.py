"""Measured watch time of posts, by video length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.benchmark_strip import benchmarks
from dwell.charts.formatting import column_label
from dwell.charts.theme import WIDE, empty_chart


def watch_time(
    posts: Iterable[Mapping[str, Any]],
    lengths: Iterable[Mapping[str, Any]],
    *,
    target: str = "watch_ratio",
    width: int = WIDE,
) -> alt.TopLevelMixin:
    """Strip plot of the watch time that the platform measured, per duration bucket, with median and 90th percentile.

    Args:
        posts: Rows of `posts` or `post_dots`; only eligible ones whose watch time was measured are drawn.
        lengths: `bucket`, `n`, `median` and `p90` of `target` per duration bucket, over all such posts.
        target: `watch_ratio` or `full_watch_rate`.
        width: Width of the plotting area with its labels, pixels.
    """
    marks = [
        {"bucket": row["bucket"], "n": row["n"], f"{target}_median": row["median"], f"{target}_p90": row["p90"]}
        for row in lengths
    ]
    if not marks:
        title = f"{column_label(target).capitalize()} by video length"
        return empty_chart(title, "No eligible post has a measured watch time.", width)
    return benchmarks(posts, marks, rate=target, width=width)
