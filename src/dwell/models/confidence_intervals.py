"""95 % intervals of a median, a mean and a share; every part of dwell that shows one takes it from here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.stats import binom, norm

LEVEL = 0.95
MIN_VALUES = 6
"""Fewer values have no 95 % interval of their median."""
_DRAWS = 2_000
_SEED = 20_260_000
_Z = float(norm.ppf(0.5 + LEVEL / 2))


def median_interval(values: Sequence[float], confidence: float = LEVEL) -> tuple[float | None, float | None]:
    """The exact, distribution-free interval of a median between two order statistics (the sign test, inverted).

    Args:
        values: Known values, in any order.
        confidence: Probability that the interval holds the true median, 0-1.

    Returns:
        Lower and upper end; None for both where there are too few values for that confidence (under six for 95 %).
    """
    low, high = _ranks(len(values), confidence)
    if low < 0 or high >= len(values):
        return None, None
    ordered = sorted(values)
    return float(ordered[low]), float(ordered[high])


@cache
def _ranks(n: int, confidence: float) -> tuple[int, int]:
    """Places of the two ends among n values in their order; outside of them where n is too small.

    They are those of `scipy.stats.quantile_test`, which also tests a hypothesis and takes a hundred times as long.
    """
    tail = (1 - confidence) / 2
    return int(binom.ppf(tail, n, 0.5)) - 1, int(binom.isf(tail, n, 0.5))


def mean_interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """The interval of a mean by resampling the values (bootstrap percentiles, seeded); None for fewer than six.

    Few and skewed values make it a little too narrow, so verdicts rest on medians.
    """
    if len(values) < MIN_VALUES:
        return None, None
    draws = np.random.default_rng(_SEED).choice(np.asarray(values, dtype=np.float64), size=(_DRAWS, len(values)))
    low, high = np.quantile(draws.mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def share_interval(count: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of the share `count / n`.

    The formula is written out because `scipy.stats.binomtest` differs in the last digit from what dwell has always
    answered, and computes an exact p-value with every interval.

    Args:
        count: How many of the `n`.
        n: At least 1.
    """
    middle, swing = count + _Z**2 / 2, _Z * math.sqrt(count * (n - count) / n + _Z**2 / 4)
    return max(0.0, (middle - swing) / (n + _Z**2)), min(1.0, (middle + swing) / (n + _Z**2))
