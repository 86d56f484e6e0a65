"""A median with its interval, and a 90th percentile, as every part of dwell shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from dwell.models.confidence_intervals import LEVEL, median_interval


@dataclass(frozen=True, slots=True)
class Median:
    """The median of n values and its interval; low and high are None where n is too small for the confidence."""

    value: float
    low: float | None
    high: float | None
    n: int

    def is_below(self, other: Median) -> bool:
        """True where both intervals exist and this one is entirely below the other."""
        return self.high is not None and other.low is not None and self.high < other.low


def median_with_interval(values: Sequence[float], confidence: float = LEVEL) -> Median:
    """The median with its exact interval.

    Args:
        values: At least one known value.
        confidence: Probability that the interval holds the true median, 0-1.
    """
    low, high = median_interval(values, confidence)
    return Median(median(values), low, high, len(values))


def p90(values: Sequence[float]) -> float:
    """The 90th percentile of at least one value by linear interpolation, as in every benchmark."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
