"""The posts of an account, or of all: with every ratio, and where each stands by the metric that compares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.metrics.catalog import METRICS
from dwell.results import Result
from dwell.workspace.metric_choice import find_metric

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def list_posts(
    snapshot: Instant,
    filters: Mapping[str, Any],
    metric: str | None,
    *,
    sort: str | None,
    above_p90: bool,
    limit: int | None,
    scheme: str,
) -> Result:
    """The posts, by `sort` or by the metric, highest first and unknown last; in `meta`, by which metric and why.

    Args:
        snapshot: Runs the queries.
        filters: Which posts: handle, platform, include, min_age_h.
        metric: What the user named; None for the default.
        sort: A column.
        above_p90: Only posts above the p90 of their bucket.
        limit: Number of rows; all when None.
        scheme: Duration buckets.

    Raises:
        DwellError: No such metric.
        NoDataError: No such column.
    """
    choice = find_metric(snapshot, filters, metric)
    entry = METRICS["posts"]
    columns = [name for name in entry.columns if name not in entry.optional or name == choice.name]
    if sort is not None and sort not in columns:
        only = " It needs the metric of that name." if sort in entry.optional else ""
        raise NoDataError(f"Unknown column {sort!r}; sort by one of {', '.join(columns)}.{only}")
    chosen = {"sort": sort or choice.name, "limit": limit, **({"above_p90": True} if above_p90 else {})}
    rows = snapshot.ask("posts", scheme=scheme, metric=choice.name, **filters, **chosen)
    return replace(rows, meta={"metric": choice.to_dict()})


def count_posts(snapshot: Instant, found: Result, filters: Mapping[str, Any]) -> Result:
    """The result with the number of all these posts, listed or not, as `total` in `meta`."""
    total = next(iter(snapshot.ask("exclusions", **filters)))["total"]
    return replace(found, meta={**found.meta, "total": total})
