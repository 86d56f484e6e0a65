"""Resampled medians: what the median of other samples of the same size would be (the bootstrap)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
DRAWS = 4_000


def median_draws(values: Sequence[float], random: np.random.Generator, draws: int = DRAWS) -> Numbers:
    """The medians of resamples of these values.

    The ranks of the middle values of a resample are drawn directly: they are order statistics of uniform numbers, so
    time and memory do not grow with the number of values.

    Args:
        values: At least one number.
        random: Source of the draws.
        draws: Number of resamples.

    Returns:
        One median per resample, shape (draws,).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    lower = (n + 1) // 2
    first = random.beta(lower, n - lower + 1, draws)
    one = ordered[_places(first, n)]
    if n % 2:
        return one
    second = first + (1 - first) * random.beta(1, n - lower, draws)
    return (one + ordered[_places(second, n)]) / 2


def _places(shares: Numbers, n: int) -> NDArray[np.intp]:
    return np.minimum((shares * n).astype(np.intp), n - 1)
