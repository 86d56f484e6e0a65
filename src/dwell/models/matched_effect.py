"""Two groups compared inside strata: posts with posts of the same length bucket, weighted the same for both groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from dwell.models.confidence_intervals import LEVEL
from dwell.models.effects import combined_effect
from dwell.models.median_draws import median_draws

_SEED = 20_261_127


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MatchedEffect:
    """How the second group differs from the first at equal strata.

    Attributes:
        own: Weighted mean of the first group's medians per stratum.
        other: The same of the second group.
        difference: Other minus own.
        effect: Cliff's delta inside the strata, weighted: positive where the second group has the higher values.
        p_value: Two-sided, of the stratified rank test (van Elteren 1960, with these weights).
    """

    own: Estimate
    other: Estimate
    difference: Estimate
    effect: Estimate
    p_value: float


def matched_effect(own: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]) -> MatchedEffect:
    """Compares two groups inside their strata, weighted as the first group is spread over them.

    Intervals of medians and of their difference are bootstrap percentiles, resampled inside each stratum (seeded).

    Args:
        own: Stratum -> at least two values of the first group.
        other: The same strata -> at least two values of the second group.
    """
    strata = sorted(own)
    total = sum(len(own[name]) for name in strata)
    weights = {name: len(own[name]) / total for name in strata}
    random = np.random.default_rng(_SEED)
    sides, draws = [], []
    for group in (own, other):
        value = math.fsum(weights[name] * float(np.median(group[name])) for name in strata)
        drawn = np.sum([weights[name] * median_draws(group[name], random) for name in strata], axis=0)
        sides.append(_estimate(value, drawn))
        draws.append(drawn)
    difference = _estimate(sides[1].value - sides[0].value, draws[1] - draws[0])
    delta, low, high = combined_effect([(weights[name], other[name], own[name]) for name in strata])
    chance = _chance([(weights[name], other[name], own[name]) for name in strata], delta)
    return MatchedEffect(sides[0], sides[1], difference, Estimate(delta, low, high), chance)


def _estimate(value: float, draws: np.typing.NDArray[np.float64]) -> Estimate:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _chance(strata: Sequence[tuple[float, Sequence[float], Sequence[float]]], delta: float) -> float:
    """The chance of a delta at least as far from 0 where no stratum has a difference (normal approximation)."""
    variance = 0.0
    for weight, one, other in strata:
        n, m = len(one), len(other)
        _, ties = np.unique(np.concatenate([np.asarray(one, float), np.asarray(other, float)]), return_counts=True)
        equal = float((ties.astype(float) ** 3 - ties).sum()) / ((n + m) * (n + m - 1))
        variance += weight**2 * (n + m + 1 - equal) / (3 * n * m)
    return 1.0 if variance <= 0 else float(2 * stats.norm.sf(abs(delta) / math.sqrt(variance)))
