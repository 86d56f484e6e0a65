"""How well a model of some accounts works on a new account, measured by leaving out one account at a time.

The interval is Student's t over accounts: posts of one account share its audience, so the number of accounts
matters, and resampling two or three of them would look far too certain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from dwell.models.intervals import Calibration
from dwell.models.link import clip_for_score, to_link
from dwell.models.predictors import Predictor, completion, predict_splits
from dwell.models.sample import Sample
from dwell.models.skill import skill

CREATORS_FOR_LEVEL = 3
MIN_ROWS = 10
"""Accounts with fewer measured posts, or with identical posts, are used for training but not for testing."""


@dataclass(frozen=True)
class MeanInterval:
    """The mean of one figure per account with its 95 % interval; ends are None for a single account."""

    mean: float
    low: float | None
    high: float | None

    @classmethod
    def over(cls, values: Sequence[float], lowest: float = -math.inf) -> Self:
        """Mean and t interval of one value per account; no skill is above 1, and none below `lowest`."""
        from scipy.stats import t

        n, mean = len(values), float(np.mean(values))
        if n < 2:
            return cls(mean, None, None)
        half = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / math.sqrt(n))
        return cls(mean, max(lowest, mean - half), min(1.0, mean + half))

    def to_dict(self) -> dict[str, float | None]:
        """As JSON values."""
        return {"mean": self.mean, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Transfer:
    """Skill on left-out accounts.

    Attributes:
        creators: Accounts that were left out in turn.
        r2: R² of the level, at most 1.
        spearman: Rank correlation within the account, limited to -1 .. 1.
        calibration: Errors of the level on the left-out accounts.
        ranking: The same errors without each account's own mean, which is what changes the order.
    """

    creators: int
    r2: MeanInterval
    spearman: MeanInterval
    calibration: Calibration
    ranking: Calibration

    @property
    def level_shown(self) -> bool:
        """Whether a level may be shown for an account that the model was not trained on."""
        return self.creators >= CREATORS_FOR_LEVEL and self.r2.low is not None and self.r2.low > 0

    def summary(self) -> dict[str, Any]:
        """As JSON values, without the errors."""
        return {
            "creators": self.creators,
            "r2": self.r2.to_dict(),
            "spearman": self.spearman.to_dict(),
            "level_shown": self.level_shown,
        }

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "creators": self.creators,
            "r2": self.r2.to_dict(),
            "spearman": self.spearman.to_dict(),
            "calibration": self.calibration.state(),
            "ranking": self.ranking.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """What `state` describes."""
        return cls(
            creators=int(state["creators"]),
            r2=MeanInterval(**state["r2"]),
            spearman=MeanInterval(**state["spearman"]),
            calibration=Calibration.from_state(state["calibration"]),
            ranking=Calibration.from_state(state["ranking"]),
        )


def leave_one_creator_out(sample: Sample, ceiling: float, model: Predictor = completion) -> Transfer | None:
    """Fits on all accounts but one and tests on that one, for every account with MIN_ROWS posts or more.

    Args:
        sample: Posts of several accounts.
        ceiling: The target's ceiling.
        model: The predictor that is tested.

    Returns:
        None where fewer than two accounts can be left out in turn: then transfer cannot be measured.
    """
    names, counts = np.unique(sample.handles, return_counts=True)
    tested = [
        name
        for name, count in zip(names, counts, strict=True)
        if count >= MIN_ROWS and np.ptp(clip_for_score(sample.y[sample.handles == name])) > 0
    ]
    if len(tested) < 2:
        return None
    r2: list[float] = []
    order: list[float] = []
    errors, centred, buckets = [], [], []
    apart = [(np.flatnonzero(sample.handles != name), np.flatnonzero(sample.handles == name)) for name in tested]
    link = to_link(sample.y, ceiling)
    for (_, test), predicted in zip(apart, predict_splits(sample, apart, model, ceiling), strict=True):
        scores = skill(sample.y[test], predicted.value)
        r2.append(scores["r2"] or 0.0)
        order.append(scores["spearman"] or 0.0)
        error = link[test] - predicted.link
        errors.append(error)
        centred.append(error - error.mean())
        buckets.append(sample.buckets[test])
    together = np.concatenate(buckets)
    return Transfer(
        creators=len(tested),
        r2=MeanInterval.over(r2),
        spearman=MeanInterval.over(order, lowest=-1.0),
        calibration=Calibration(np.concatenate(errors), together),
        ranking=Calibration(np.concatenate(centred), together),
    )
