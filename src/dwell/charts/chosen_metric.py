"""The metric by which the posts of a result are compared, as its `meta` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dwell.text.plurals import pluralize


def chosen_metric(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """Its name; None for rows without `meta`, as a caller may pass them."""
    found: str | None = (getattr(rows, "meta", {}).get("metric") or {}).get("name")
    return found


def count_posts(rows: Iterable[Mapping[str, Any]], name: str) -> str:
    """`143 posts`; `140 of 143 posts` where the metric is known of so many.

    Args:
        rows: Groups of posts, with `metric_n` where a metric compares them.
        name: The column with the number of posts of a group.
    """
    groups = list(rows)
    every = sum(row[name] for row in groups)
    known = sum(row.get("metric_n", row[name]) for row in groups)
    return pluralize(every, "post") if known == every else f"{known:,} of {pluralize(every, 'post')}"
