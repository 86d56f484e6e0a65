"""A median with its interval, as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from dwell.models.confidence_intervals import median_interval


@dataclass(frozen=True, slots=True)
class Median:
    """The median of n values and its interval; low and high are None where n is too small for the confidence."""

    value: float
    low: float | None
    high: float | None
    n: int

    def below(self, other: Median) -> bool:
        """True where both intervals exist and this one is entirely below the other."""
        return self.high is not None and other.low is not None and self.high < other.low


def median_with_interval(values: Sequence[float], confidence: float = 0.95) -> Median:
    """The median with its exact interval.

    Args:
        values: At least one known value.
        confidence: Probability that the interval holds the true median, 0-1.
    """
    low, high = median_interval(values, confidence)
    return Median(median(values), low, high, len(values))
