"""How far the best and the weakest quarter of an account's posts are apart: two medians, which no test compares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dwell.models.figures import median_figures
from dwell.models.medians import median_with_interval

MIN_QUARTER_POSTS = 8


def compare_quarters(values: Sequence[float], metric: str) -> dict[str, Any] | None:
    """The median of the highest and of the lowest quarter of the values; None for fewer than 32 of them.

    Args:
        values: Known values of eligible posts.
        metric: What they are.

    Returns:
        `metric`; `best` and `weakest`, each `value`, `low`, `high`, `n`.
    """
    n = len(values) // 4
    if n < MIN_QUARTER_POSTS:
        return None
    ordered = sorted(values)
    ends = {"best": ordered[-n:], "weakest": ordered[:n]}
    return {"metric": metric, **{name: median_figures(median_with_interval(part)) for name, part in ends.items()}}
