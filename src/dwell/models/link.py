"""The scale on which targets are predicted.

The targets are shares that pile up near their ends, so models work on a logit scale with a stated ceiling. Loops
can raise `watch_ratio` above 1: its ceiling is 2 (every viewer twice). Only the fit applies the limits; stored
values are never changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOOR = 0.002
"""Smaller values only mean 'almost no viewers': the logit would magnify rounding."""
TOP = 0.99
"""Largest share of the ceiling that the fit sees."""
SCORED_UP_TO = 1.0
"""Skill is scored on values clipped to 0-1, as the seed recipe and research do, so that figures compare."""


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
