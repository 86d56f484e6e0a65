"""What the figures of an answer are: measured by the platform, public counters, or predicted by a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from dwell.mcp import meanings
from dwell.metrics.catalog import METRICS
from dwell.metrics.columns import POST, Columns
from dwell.metrics.counters import COUNTERS, RATES
from dwell.models.figures import kind_of
from dwell.results import Result

BASES = ("measured", "public", "predicted")
Basis: TypeAlias = Literal["measured", "public", "predicted", "metric", "row"]
"""What a column is: one of these three, or that of the `metric` that compares posts, or what `kind` of its `row` says.
"""
Figures: TypeAlias = Mapping[str, tuple[Basis, ...]]
"""Column with figures -> what they are."""

_WATCHED = ("avg_watch_s", "watch_ratio", "full_watch_rate")
_WHERE = ("shape", "flags", "points", "first_s", "last_s", "bucket_n", "position", "n", "second", "fraction", "event")
"""Columns of retention that say where on a curve, or on how many of them, a figure rests."""


def _columns(basis: Basis, names: Iterable[str]) -> Figures:
    return dict.fromkeys(names, (basis,))


def _starting(columns: Columns, *starts: str) -> list[str]:
    return [name for name in columns if name.startswith(starts) and not name.endswith("_n")]


_COUNTED = (*COUNTERS, *RATES, "views_per_hour")
POSTS: Figures = {
    **_columns("public", (*_COUNTED, "views_multiple", "engagement_multiple", "followers")),
    **_columns("metric", ("percentile", "above_p90")),
    **_columns("measured", _WATCHED),
}
BY_METRIC: Figures = {
    name: ("metric",) if name.startswith(("metric_", "top_tier")) else ("public",)
    for metric in ("benchmarks", "trend", "posting_times")
    for name in _starting(METRICS[metric].columns, "metric_", "top_tier", "views_", *RATES)
}
"""Of benchmarks, of a trend and of posting times."""
TIERS: Figures = {**_columns("public", ("top", "bottom")), **_columns("metric", ("effect",))}
BY_ROW: Figures = _columns("row", ("value", "other_value", "own_value", "difference", "effect"))
"""Of findings, and of accounts beside each other."""
RETENTION: Figures = {
    **_columns("measured", (name for name in meanings.RETENTION if name not in (*POST, *_WHERE))),
    **_columns("measured", _WATCHED),
    **_columns("public", ("views", "engagement_rate")),
}
GROWTH: Figures = _columns("public", ("views_from", "views_to", "likes_from", "likes_to", "views_per_hour"))
AUDIT: Figures = dict.fromkeys(("spearman", "gain_r2", "spearman_overall", "drop_r2"), ("measured", "public"))
SCORE: Figures = {
    **_columns("public", ("views",)),
    **_columns("predicted", ("rank", *_starting(meanings.SCORE, "percentile", "watch_ratio_predicted"))),
}
VETTING: Figures = _columns("public", ("value",))
TOPIC: Figures = _columns("public", ("views", "shares", "share_rate", "share_momentum"))
CURVE: Figures = _columns("public", (*COUNTERS, "views_per_hour"))


def basis_of(figures: Figures, result: Result) -> dict[str, list[str]]:
    """Column of a result with a known figure -> what its figures are, of `BASES`.

    Args:
        figures: What the columns of the tool are.
        result: The whole answer; `meta["metric"]["name"]` is the metric that compares posts, the rate of engagement
            where it names none.
    """
    chosen = result.meta.get("metric") or {"name": "engagement_rate"}
    kinds = result.column("kind") if "kind" in result.columns else [""] * len(result)
    found = {}
    for name in (name for name in result.columns if name in figures):
        of_rows = {kind for kind, value in zip(kinds, result.column(name), strict=True) if value is not None}
        meant = {"metric": {kind_of(chosen["name"])}, "row": of_rows}
        if of_rows:
            bases = set[str]().union(*(meant.get(one, {one}) for one in figures[name]))
            found[name] = [basis for basis in BASES if basis in bases]
    return found
