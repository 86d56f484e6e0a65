"""What is predicted: shares of a post's length or of its viewers.

Two targets are points of a retention curve: who is still there after 1 and 3 seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dwell.records import plausibility as limits

WATCH_TARGETS = ("watch_ratio", "full_watch_rate")
CURVE_TARGETS = ("retention_1s", "retention_3s")
"""Targets that the newest retention curve of a post has."""

CEILINGS = {"watch_ratio": 2.0, "full_watch_rate": 1.0, "retention_1s": 1.0, "retention_3s": 1.0}
_IMPLAUSIBLE = {
    "watch_ratio": {
        limits.AVG_WATCH_OVER_LENGTHS,
        limits.LENGTH_OVER_HOURS,
        limits.LENGTH_OVER_TIKTOK,
        limits.LENGTH_UNDER_HALF_SECOND,
    },
    "full_watch_rate": {limits.SHARE_OVER_WHOLE},
}


def measured_value(row: Mapping[str, Any], target: str) -> float | None:
    """The measured target of one post, unclipped; None where it was not measured, or cannot be true.

    A `watch_ratio` that is absent is computed from `avg_watch_s / duration_s`.
    """
    if is_implausible(row, target):
        return None
    value = row.get(target)
    if value is None and target == "watch_ratio":
        watched, length = row.get("avg_watch_s"), row.get("duration_s")
        value = watched / length if watched is not None and length else None
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def is_implausible(row: Mapping[str, Any], target: str) -> bool:
    """What was measured of the target cannot be true: the row of `posts` flags it."""
    return bool(_IMPLAUSIBLE.get(target, set()) & set((row.get("implausible") or "").split(",")))
