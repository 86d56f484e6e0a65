"""Whether a model is good enough to be stored, in numbers that a reader can check.

A model must beat the best baseline that needs no model (the mean, the bucket's mean), out of fold, by more than
chance explains, and must not lose to the mean forward in time. What it adds to a model of the video's length alone is
reported separately.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dwell.models.evaluation import Evaluation, OutOfFold
from dwell.models.link import Floats, clip_for_score
from dwell.models.sample import Integers

CONFIDENCE = 0.95
MIN_ROWS = 12
"""The seed recipe's minimum; with fewer rows nothing can be checked."""
FEW_ROWS = 20
"""The seed recipe: 'never trust a bucket with fewer'."""
MAX_FACTOR = 10
"""Asking for more than ten times as many posts is not a useful cure."""
PERIODS = 8
MIN_PERIOD_ROWS = 4
"""Fewer periods where a period would hold fewer posts."""
PERIOD_ROWS = 12
"""More periods where a period would hold more posts: within fifty posts a random walk still drifts."""
CHANCE_WITHIN = 0.01
"""Largest p-value at which predictions count as following the target within periods."""


@dataclass(frozen=True)
class Gain:
    """How much a model explains beyond a baseline, as a difference of R², with a 95 % interval over posts.

    Attributes:
        over: The baseline's name.
        r2: Gain in out-of-fold R².
        low: Lower end.
        high: Upper end.
        rows: Posts.
    """

    over: str
    r2: float
    low: float
    high: float
    rows: int

    @property
    def proven(self) -> bool:
        """Whether the whole interval is above 0."""
        return self.low > 0

    def rows_needed(self) -> int | None:
        """Posts at which a gain of this size would be proven; None without a gain, or where more posts do not help."""
        if self.r2 <= 0:
            return None
        needed = max(FEW_ROWS, math.ceil(self.rows * ((self.r2 - self.low) / self.r2) ** 2 / 10) * 10 + 10)
        return needed if needed <= MAX_FACTOR * self.rows else None

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"over": self.over, "r2": self.r2, "low": self.low, "high": self.high}


def gain_in_r2(y: Floats, model: Floats, baseline: Floats, over: str) -> Gain:
    """Paired difference of squared errors (mean over repetitions), post by post, in units of the target's variance.

    The interval is Student's t over posts.

    Args:
        y: Measured target.
        model: Out-of-fold predictions, shape (repetitions, posts).
        baseline: The same of the baseline.
        over: Its name.
    """
    from scipy.stats import t

    measured = clip_for_score(y)
    variance = float(measured.var())
    if variance <= 0:
        return Gain(over, 0.0, -math.inf, math.inf, len(y))
    errors = [((measured - clip_for_score(predicted)) ** 2).mean(axis=0) for predicted in (baseline, model)]
    saved = (errors[0] - errors[1]) / variance
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(y) - 1) * saved.std(ddof=1) / math.sqrt(len(y)))
    middle = float(saved.mean())
    return Gain(over, middle, middle - half, middle + half, len(y))


def r2_interval(y: Floats, model: Floats) -> dict[str, float] | None:
    """The 95 % interval of an out-of-fold R²: how far it may be off because the posts are few.

    R² is a ratio of two means over posts; its interval is Student's t over what each post adds to it (delta method).

    Args:
        y: Measured target.
        model: Out-of-fold predictions, shape (repetitions, posts).

    Returns:
        `low` and `high`; None where the target does not vary.
    """
    from scipy.stats import t

    measured = clip_for_score(y)
    if float(np.ptp(measured)) == 0.0:
        return None
    variance = float(measured.var())
    errors = ((measured - clip_for_score(model)) ** 2).mean(axis=0)
    r2 = 1 - float(errors.mean()) / variance
    parts = (errors - (1 - r2) * (measured - measured.mean()) ** 2) / variance
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(y) - 1) * parts.std(ddof=1) / math.sqrt(len(y)))
    return {"low": r2 - half, "high": min(1.0, r2 + half)}


def best_trivial(evaluation: Evaluation) -> str:
    """The trivial baseline with the highest out-of-fold R²."""
    return max(evaluation.trivial, key=lambda name: _r2(evaluation.baselines[name]))


def gain_over(evaluation: Evaluation, y: Floats, name: str) -> Gain:
    """The model's gain over a baseline of the evaluation."""
    return gain_in_r2(y, evaluation.model.predictions, evaluation.baselines[name].predictions, name)


def reasons_to_abstain(evaluation: Evaluation, y: Floats, order: Integers) -> list[str]:
    """Why the model must not be used, each with a cure; empty where it may be used.

    Args:
        evaluation: Of the model and the baselines.
        y: Measured target.
        order: Numbers of the posts with a known posting time, oldest first.
    """
    reasons = []
    over = gain_over(evaluation, y, best_trivial(evaluation))
    if not over.proven:
        reasons.append(_unproven_reason(over))
    elif (chance := chance_within_periods(y, evaluation.model.predictions.mean(axis=0), order)) >= CHANCE_WITHIN:
        reasons.append(
            "It only knows in which period a post was published: within periods of time its predictions do not follow"
            f" the target (p {chance:.2f}, under {CHANCE_WITHIN} is needed), so a level that drifts by itself would"
            " look the same; measure more posts of each period, or leave out the posts before a change and fit again."
        )
    model, mean = evaluation.forward.scores["r2"], evaluation.forward_baselines["mean"].scores["r2"]
    if model is not None and mean is not None and model <= mean:
        reasons.append(
            "Fitted on the oldest 60 % of the posts, it predicts the later ones no better than the past mean does"
            f" (R² {model:.2f} against {mean:.2f}): the past does not predict the present; leave out posts from before"
            " the change (another format, another audience) and fit again."
        )
    return reasons


def chance_within_periods(y: Floats, predicted: Floats, order: Integers) -> float:
    """How likely chance alone lets predictions follow the target within periods of time.

    Folds are random in time, so a model of a target that only drifts (a random walk) predicts each post from its
    neighbours in time, which resemble it in counters that drift as well. Less the mean of each period, nothing is left.

    Args:
        y: Measured target.
        predicted: Out-of-fold predictions.
        order: Numbers of the posts with a known posting time, oldest first.

    Returns:
        One-sided p-value of the correlation; 0 where too few times are known to ask.
    """
    from scipy.stats import t

    periods = max(min(PERIODS, len(order) // MIN_PERIOD_ROWS), len(order) // PERIOD_ROWS)
    if periods < 2:
        return 0.0
    measured, expected = clip_for_score(y), clip_for_score(predicted)
    parts = np.array_split(order, periods)
    left, right = (np.concatenate([line[part] - line[part].mean() for part in parts]) for line in (measured, expected))
    size = math.sqrt(float(left @ left) * float(right @ right))
    correlation = float(left @ right) / size if size > 0 else 0.0
    freedom = len(order) - periods - 1
    return float(t.sf(correlation * math.sqrt(freedom / max(1e-12, 1 - correlation**2)), freedom))


def _unproven_reason(over: Gain) -> str:
    baseline = over.over.replace("_", " ")
    interval = f"{over.r2:+.2f} of R², 95 % interval {over.low:+.2f} to {over.high:+.2f}"
    needed = over.rows_needed()
    if needed is None:
        cure = "More posts of the same kind may not help: for these the public counters are unrelated to the target."
    else:
        cure = f"A gain of this size would show with about {needed} posts (now {over.rows})."
    return f"Out of fold it does not beat the {baseline} by more than chance explains ({interval}). {cure}"


def _r2(scores: OutOfFold) -> float:
    value = scores.scores["r2"]
    return -math.inf if value is None else value
