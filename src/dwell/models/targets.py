"""What is predicted, and the scale on which it is predicted.

The targets are shares that pile up near their ends, so models work on a logit scale with a stated ceiling. Loops
can raise `watch_ratio` above 1: its ceiling is 2 (every viewer twice). Only the fit applies the limits; stored
values are never changed. Two targets are points of a retention curve: who is still there after 1 and 3 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dwell.records import plausibility as limits

Floats = NDArray[np.float64]

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
FLOOR = 0.002
"""Smaller values only mean 'almost no viewers': the logit would magnify rounding."""
TOP = 0.99
"""Largest share of the ceiling that the fit sees."""
SCORED_UP_TO = 1.0
"""Skill is scored on values clipped to 0-1, as the seed recipe and research do, so that figures compare."""


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
    if value is None or not np.isfinite(value) or value < 0:
        return None
    return float(value)


def is_implausible(row: Mapping[str, Any], target: str) -> bool:
    """What was measured of the target cannot be true: the row of `posts` flags it."""
    return bool(_IMPLAUSIBLE.get(target, set()) & set((row.get("implausible") or "").split(",")))


def to_link(values: Floats, ceiling: float) -> Floats:
    """Logit of `values / ceiling`, with values first limited to FLOOR .. TOP x ceiling."""
    limited = np.clip(values, FLOOR, TOP * ceiling)
    return np.asarray(np.log(limited / (ceiling - limited)), dtype=np.float64)


def from_link(link: Floats, ceiling: float) -> Floats:
    """The value that `to_link` maps to `link`; always inside 0 .. ceiling."""
    return np.asarray(ceiling / (1.0 + np.exp(-np.clip(link, -50.0, 50.0))), dtype=np.float64)


_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


def mean_from_link(link: Floats, spread: float, ceiling: float) -> Floats:
    """Expected value when the link is normal around `link` with standard deviation `spread` (Gauss-Hermite, 9 points).

    The plain inverse of a mean logit is close to a median; squared error rewards the mean.
    """
    points = from_link(link[:, None] + spread * _NODES[None, :], ceiling)
    return np.asarray(points @ (_WEIGHTS / _WEIGHTS.sum()), dtype=np.float64)


def clip_for_score(values: Floats) -> Floats:
    """Values as skill is scored on them: clipped to 0-1. For scoring only."""
    return np.clip(values, 0.0, SCORED_UP_TO)
