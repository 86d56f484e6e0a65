"""How much two groups of posts differ: an effect size, its interval and its p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dwell.models.confidence_intervals import share_interval

Numbers = NDArray[np.float64]
_LEVEL = 0.95
_MOST_CORRELATION = 0.95
"""Above this, posts in time are one observation, and any factor would be a guess."""
_Z = float(stats.norm.ppf(0.5 + _LEVEL / 2))


@dataclass(frozen=True, slots=True)
class Effect:
    """One comparison: the value of each group, their difference, its 95 % interval and its p-value."""

    name: str
    top: float
    bottom: float
    value: float
    low: float
    high: float
    p_value: float

    @property
    def has_direction(self) -> bool:
        """Whether the interval excludes "no difference", and the values of the two groups differ in the same way."""
        return self.low * self.high > 0 and (self.top - self.bottom) * self.value > 0


def ordinal_effect(top: Sequence[float], bottom: Sequence[float], *, inflation: float = 1.0) -> Effect:
    """Cliff's delta of two groups of numbers: P(top > bottom) - P(top < bottom), from -1 to 1; ties count for neither.

    The interval is the asymmetric one of Feng & Cliff (2004), which keeps its coverage in small and skewed groups; the
    p-value is Mann-Whitney's, two-sided.

    Args:
        top: At least two numbers.
        bottom: At least two numbers.
        inflation: Factor of the variance where the numbers of a group are not independent (`variance_inflation`).
    """
    mine, theirs = np.sort(np.asarray(top, dtype=float)), np.sort(np.asarray(bottom, dtype=float))
    delta, error = _delta(mine, theirs)
    low, high = _delta_interval(delta, error * math.sqrt(inflation), min(len(mine), len(theirs)) / inflation)
    p_value = float(stats.mannwhitneyu(mine, theirs, alternative="two-sided").pvalue)
    if inflation > 1.0:
        freedom = max(1.0, (len(mine) + len(theirs)) / inflation - 2)
        p_value = float(2 * stats.t.sf(stats.norm.isf(p_value / 2) / math.sqrt(inflation), freedom))
    return Effect("cliffs_delta", float(np.median(mine)), float(np.median(theirs)), delta, low, high, min(1.0, p_value))


def cliffs_delta(top: Sequence[float], bottom: Sequence[float]) -> float:
    """The value of `ordinal_effect` alone, which takes a fraction of its time."""
    return _delta(np.sort(np.asarray(top, dtype=float)), np.sort(np.asarray(bottom, dtype=float)))[0]


def combined_effect(strata: Sequence[tuple[float, Sequence[float], Sequence[float]]]) -> tuple[float, float, float]:
    """Cliff's delta inside strata, weighted, with the interval of `ordinal_effect`.

    Args:
        strata: Of each its weight, and at least two values of either group; the weights add up to 1.

    Returns:
        The delta (positive where the first group has the higher values), and the ends of its 95 % interval.
    """
    parts = [(weight, *_delta(np.sort(np.asarray(one, float)), np.sort(np.asarray(other, float))))
             for weight, one, other in strata]  # fmt: skip
    delta = math.fsum(weight * value for weight, value, _ in parts)
    error = math.sqrt(math.fsum((weight * spread) ** 2 for weight, _, spread in parts))
    smaller = min(sum(len(one) for _, one, _ in strata), sum(len(other) for _, _, other in strata))
    return (delta, *_delta_interval(delta, error, smaller))


def share_effect(top: int, n_top: int, bottom: int, n_bottom: int) -> Effect:
    """Difference of two shares, top / n_top - bottom / n_bottom.

    The interval is Newcombe's hybrid score interval (1998, method 10), which never leaves -1 to 1; the p-value is
    Fisher's exact one, two-sided.
    """
    mine, theirs = top / n_top, bottom / n_bottom
    low_mine, high_mine = share_interval(top, n_top)
    low_theirs, high_theirs = share_interval(bottom, n_bottom)
    value = mine - theirs
    low = value - math.hypot(mine - low_mine, high_theirs - theirs)
    high = value + math.hypot(high_mine - mine, theirs - low_theirs)
    p_value = float(stats.fisher_exact([[top, n_top - top], [bottom, n_bottom - bottom]]).pvalue)
    return Effect("difference", mine, theirs, value, low, high, min(1.0, p_value))


def q_values(p_values: Sequence[float]) -> list[float]:
    """Benjamini & Hochberg's (1995) false discovery rate at which each of these p-values would just be significant."""
    if not p_values:
        return []
    return [float(q) for q in stats.false_discovery_control(p_values, method="bh")]


def variance_inflation(series: Sequence[Sequence[float]]) -> float:
    """How much the variance of a mean rank grows because neighbours in time resemble each other; at least 1.

    (1 + r) / (1 - r) for the correlation r of each rank with the next one. The mean of each part is removed first, so
    that a difference between the parts is not taken for correlation; what this removes from r is added again (Kendall
    1954).

    Args:
        series: Consecutive parts of one series, each in the order of time.
    """
    ranks = stats.rankdata(np.concatenate([np.asarray(part, dtype=float) for part in series]))
    ends = np.cumsum([len(part) for part in series])[:-1]
    rests = [part - part.mean() for part in np.split(ranks, ends)]
    total = sum(float((rest**2).sum()) for rest in rests)
    if total == 0.0:
        return 1.0
    measured = sum(float((rest[1:] * rest[:-1]).sum()) for rest in rests) / total
    correlation = measured + (1 + 3 * measured) * len(series) / len(ranks)
    return (1 + correlation) / (1 - min(correlation, _MOST_CORRELATION)) if correlation > 0 else 1.0


def _delta(mine: Numbers, theirs: Numbers) -> tuple[float, float]:
    """Cliff's delta of two sorted groups and its standard error (Cliff 1996, unbiased, floored as he does)."""
    n, m = len(mine), len(theirs)
    below, above = np.searchsorted(theirs, mine, "left"), m - np.searchsorted(theirs, mine, "right")
    rows = (below - above) / m
    columns = (n - np.searchsorted(mine, theirs, "right") - np.searchsorted(mine, theirs, "left")) / n
    delta = float(rows.mean())
    pairs = float((below + above).sum()) - n * m * delta**2
    spread = m**2 * float(((rows - delta) ** 2).sum()) + n**2 * float(((columns - delta) ** 2).sum()) - pairs
    variance = max(spread / (n * m * (n - 1) * (m - 1)), (1 - delta**2) / (n * m - 1))
    return delta, math.sqrt(max(0.0, variance))


def _delta_interval(delta: float, error: float, smaller: float) -> tuple[float, float]:
    if math.isclose(abs(delta), 1.0):  # the groups do not overlap, so the standard error is meaningless
        reach = (smaller - _Z**2) / (smaller + _Z**2)
        return (reach, 1.0) if delta > 0 else (-1.0, -reach)
    swing = _Z * error
    width = swing * math.sqrt((1 - delta**2) ** 2 + swing**2)
    scale = 1 - delta**2 + swing**2
    return max(-1.0, (delta - delta**3 - width) / scale), min(1.0, (delta - delta**3 + width) / scale)
