"""A median with the interval that its number of posts allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, floor, sqrt
from statistics import NormalDist, median

_EXACT = 500


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of n values and its interval; low and high are None where n is too small for that confidence."""

    value: float
    low: float | None
    high: float | None
    n: int

    def below(self, other: Median) -> bool:
        """True where both intervals exist and this one lies wholly under the other."""
        return self.high is not None and other.low is not None and self.high < other.low


def median_with_interval(values: Sequence[float], confidence: float = 0.95) -> Median:
    """The median with its distribution-free interval between two order statistics (sign test inverted).

    The j-th smallest and j-th largest value hold the true median with probability 1 - 2 P(Bin(n, 1/2) < j);
    j is the largest for which that reaches `confidence`. Six values are the fewest for 95 %.

    Args:
        values: At least one known value.
        confidence: Wanted probability, 0-1.
    """
    ordered = sorted(values)
    n = len(ordered)
    j = _rank(n, (1 - confidence) / 2)
    if j < 1:
        return Median(median(ordered), None, None, n)
    return Median(median(ordered), ordered[j - 1], ordered[n - j], n)


def _rank(n: int, tail: float) -> int:
    if n > _EXACT:
        return floor(n / 2 + NormalDist().inv_cdf(tail) * sqrt(n) / 2)
    total, j = 0, 0
    while total + comb(n, j) <= tail * 2**n:
        total += comb(n, j)
        j += 1
    return j
