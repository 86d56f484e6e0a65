"""Intervals around a prediction: conformal, on the logit scale, per duration bucket.

Each training post has an out-of-fold error (cross-conformal). A bucket with MONDRIAN_ROWS posts or more is calibrated
on its own errors (Mondrian). Smaller buckets are calibrated together, each error first divided by its
bucket's typical error, which is shrunk towards the typical error of all: 90 % of nineteen errors would otherwise be
the second largest of them, and the width an accident.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from dwell.models.link import Floats
from dwell.models.sample import Labels

LEVEL = 0.9
MONDRIAN_ROWS = 50
ACCOUNT_ROWS = 20
"""With this many errors, an account of a pooled model is calibrated on its own: accounts differ in noise."""
PRIOR_ROWS = 10
"""With this many rows, a bucket's own error counts as much as that of all posts."""


NO_HANDLES: Labels = np.zeros(0, dtype=np.str_)


def conformal_quantile(errors: Floats, level: float) -> float:
    """The conformal quantile, the ceil((n + 1) x level)-th smallest error; infinite where n is too small."""
    place = math.ceil((len(errors) + 1) * level - 1e-9)
    return float(np.sort(errors)[place - 1]) if 1 <= place <= len(errors) else math.inf


@dataclass(frozen=True)
class Calibration:
    """Errors of predictions of posts that the model had not seen, and the half widths that follow from them.

    Attributes:
        errors: Signed errors (measured minus predicted) in logit units.
        buckets: Duration bucket of each error.
        level: Target share of posts inside their interval.
        handles: Account of each error; empty where they are of one account, or not known.
    """

    errors: Floats
    buckets: Labels
    level: float = LEVEL
    handles: Labels = field(default_factory=lambda: NO_HANDLES)

    def of_account(self, handle: str) -> Calibration:
        """The errors of one account alone, where there are ACCOUNT_ROWS; otherwise all."""
        if not len(self.handles):
            return self
        own = self.handles == handle
        if int(own.sum()) < ACCOUNT_ROWS:
            return self
        return Calibration(self.errors[own], self.buckets[own], self.level)

    def at_level(self, level: float) -> Calibration:
        """The same errors for another share of posts, at most what so many errors can show."""
        return replace(self, level=min(level, len(self.errors) / (len(self.errors) + 1)))

    def half_width(self, bucket: str) -> float:
        """Half the width of an interval in `bucket`, in logit units; infinite where there are too few errors."""
        own = np.abs(self.errors[self.buckets == bucket])
        alone = conformal_quantile(own, self.level)
        if len(own) >= MONDRIAN_ROWS and math.isfinite(alone):
            return alone
        if not len(self.errors):
            return math.inf
        typical = {str(name): self._typical_error(str(name)) for name in np.unique(self.buckets)}
        scales = np.array([typical[str(name)] for name in self.buckets])
        return conformal_quantile(np.abs(self.errors) / scales, self.level) * self._typical_error(bucket)

    def half_widths(self, buckets: Sequence[str] | Labels) -> Floats:
        """Half widths of several posts."""
        known = {bucket: self.half_width(bucket) for bucket in {str(name) for name in buckets}}
        return np.array([known[str(bucket)] for bucket in buckets], dtype=np.float64)

    def _typical_error(self, bucket: str) -> float:
        size = np.abs(self.errors)
        own = size[self.buckets == bucket]
        return max(float(own.sum() + PRIOR_ROWS * size.mean()) / (len(own) + PRIOR_ROWS), 1e-12)

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        handles = {"handles": self.handles.tolist()} if len(self.handles) else {}
        return {"errors": self.errors.tolist(), "buckets": self.buckets.tolist(), "level": self.level, **handles}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The calibration that `state` describes."""
        return cls(
            errors=np.array(state["errors"], dtype=np.float64),
            buckets=np.array(state["buckets"], dtype=np.str_),
            level=float(state["level"]),
            handles=np.array(state.get("handles", ()), dtype=np.str_),
        )
