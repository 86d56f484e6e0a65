"""Measured watch time of every post, by video length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median, quantiles
from typing import Any

import altair as alt

from dwell.charts.benchmark_strip import benchmarks
from dwell.charts.formatting import column_label
from dwell.charts.theme import WIDE, empty_chart


def watch_time(
    posts: Iterable[Mapping[str, Any]], *, target: str = "watch_ratio", width: int = WIDE
) -> alt.TopLevelMixin:
    """Strip plot of the watch time that the platform measured, per duration bucket, with median and 90th percentile.

    Args:
        posts: Rows of `posts`; only eligible ones whose watch time was measured are drawn.
        target: `watch_ratio` or `full_watch_rate`.
        width: Width of the plotting area with its labels, pixels.
    """
    rows = [
        post for post in posts if post.get("excluded") is None and post.get(target) is not None and post.get("bucket")
    ]
    if not rows:
        return empty_chart(
            f"{column_label(target).capitalize()} by video length", "No eligible post has a measured watch time.", width
        )
    values: dict[str, list[float]] = {}
    for post in rows:
        values.setdefault(post["bucket"], []).append(post[target])
    marks = [
        {"bucket": bucket, "n": len(members), f"{target}_median": median(members), f"{target}_p90": _p90(members)}
        for bucket, members in values.items()
    ]
    return benchmarks(rows, marks, rate=target, width=width)


def _p90(values: list[float]) -> float:
    """The 90th percentile by linear interpolation, as in every benchmark."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
