"""How fast a daily count grows or shrinks: a log-linear line through counts, whose interval includes their scatter.

Quasi-Poisson regression (Wedderburn 1974): counts are Poisson with a mean that changes by the same factor each day,
their scatter is measured and never less than Poisson's, and the interval is Student's t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dwell.models.link import Floats

_STEPS = 50
_MAX_SLOPE = 3.0  # a factor of 20 a day; more is not growth


@dataclass(frozen=True, slots=True)
class Slope:
    """Change per day on the logarithmic scale.

    Attributes:
        value: Natural logarithm of the daily factor.
        low: Lower end of the interval.
        high: Upper end.
        scatter: Variance of the counts over their mean, at least 1.
        n: Number of counts.
    """

    value: float
    low: float
    high: float
    scatter: float
    n: int


def slope(at: Sequence[float], counts: Sequence[float], spans: Sequence[float], level: float = 0.95) -> Slope | None:
    """The log-linear slope of counts.

    Args:
        at: Time of each count, days.
        counts: New posts in each span; a negative one (removed posts) counts as 0.
        spans: Days that each count covers, above 0.
        level: Confidence of the interval.

    Returns:
        None for fewer than three counts, for counts of one instant, or where nothing was counted.
    """
    from scipy.stats import t

    x = np.asarray(at, dtype=np.float64)
    y = np.maximum(0.0, np.asarray(counts, dtype=np.float64))
    length = np.asarray(spans, dtype=np.float64)
    if len(x) < 3 or float(np.ptp(x)) == 0 or float(y.sum()) == 0:
        return None
    line = np.column_stack([np.ones(len(x)), x - x.mean()])
    mean, weights = _fit_poisson(line, y, length)
    if mean is None or weights is None:
        return None
    freedom = len(x) - 2
    scatter = max(1.0, float(((y - mean) ** 2 / mean).sum()) / freedom)
    error = math.sqrt(scatter * float(np.linalg.inv(line.T @ (mean[:, None] * line))[1, 1]))
    half = float(t.ppf(0.5 + level / 2, freedom)) * error
    value = float(weights[1])
    return Slope(value, value - half, value + half, scatter, len(x))


def _fit_poisson(line: Floats, y: Floats, length: Floats) -> tuple[Floats | None, Floats | None]:
    """Means and coefficients by iteratively reweighted least squares; None where they diverge."""
    offset = np.log(length)
    weights = np.array([math.log(float(y.sum() / length.sum())), 0.0])
    for _ in range(_STEPS):
        mean = np.exp(np.clip(line @ weights + offset, -30.0, 30.0))
        step = np.linalg.lstsq(line.T @ (mean[:, None] * line), line.T @ (y - mean), rcond=None)[0]
        weights = weights + np.clip(step, -1.0, 1.0)
        if abs(weights[1]) > _MAX_SLOPE:
            return None, None
        if float(np.abs(step).max()) < 1e-9:
            return np.exp(line @ weights + offset), weights
    return None, None
