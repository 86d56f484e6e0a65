"""One finding of a vetting, and the intervals that findings carry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

COLUMNS = ("check", "value", "low", "high", "norm", "reads_as", "n", "evidence")
SUSPICIOUS = "suspicious"
NOTHING = "nothing unusual"
UNTOLD = "cannot tell"
_LEVEL = 0.95
_DRAWS = 2_000
_SEED = 20_260_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One check.

    Attributes:
        check: What was looked at.
        value: What was found; None where it is unknown.
        low: Lower end of its 95 % interval; None where there is none.
        high: Upper end.
        norm: What it is held against, with its source; None where there is no norm.
        reads_as: What that makes of it, in words.
        n: Posts (or steps) behind it.
        evidence: The numbers in a sentence; for a suspicious pattern also its innocent explanation.
    """

    check: str
    value: float | None
    low: float | None
    high: float | None
    norm: str | None
    reads_as: str | None
    n: int
    evidence: str

    def row(self) -> tuple[Any, ...]:
        """The values in the order of COLUMNS."""
        return tuple(getattr(self, name) for name in COLUMNS)


def unknown(check: str, norm: str | None, why: str, n: int = 0) -> Finding:
    """A check that could not be made, and why."""
    return Finding(check, None, None, None, norm, UNTOLD, n, why)


def median_interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """The exact 95 % interval of a median from the order of the values (binomial); None for fewer than six."""
    from scipy.stats import binom

    ordered = sorted(values)
    n = len(ordered)
    place = int(binom.ppf((1 - _LEVEL) / 2, n, 0.5))
    return (ordered[place - 1], ordered[n - place]) if place >= 1 else (None, None)


def mean_interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """The 95 % interval of a mean by drawing the posts again (bootstrap percentiles, seeded); None for fewer than six.

    Few and skewed posts make it a little too narrow, which is why verdicts rest on medians.
    """
    if len(values) < 6:
        return None, None
    draws = np.random.default_rng(_SEED).choice(np.asarray(values, dtype=np.float64), size=(_DRAWS, len(values)))
    low, high = np.quantile(draws.mean(axis=1), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def share_interval(count: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share."""
    z = 1.959963984540054
    middle, swing = count + z**2 / 2, z * math.sqrt(count * (n - count) / n + z**2 / 4)
    return max(0.0, (middle - swing) / (n + z**2)), min(1.0, (middle + swing) / (n + z**2))
