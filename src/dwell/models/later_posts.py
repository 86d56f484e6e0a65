"""What measured posts after the training posts say about a model: how wide its intervals must be, and when it is over.

Adaptive conformal inference (Gibbs & Candes 2021): each measured post outside its interval widens the next ones, each
inside narrows them a little, so that the stated share holds however slowly the account drifts. One jump cannot be
foreseen by any width: it is noticed, and the model must be fitted again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dwell.models.completion_model import CompletionModel
from dwell.models.features import has_features, matrix
from dwell.models.intervals import LEVEL, Calibration
from dwell.models.link import Floats, clip_for_score, to_link
from dwell.models.sample import bucket_of
from dwell.models.targets import CEILINGS, measured_value

GAMMA = 0.03
"""How far one post moves the level; larger follows drift faster, and jumps about more."""
LOWEST_LEVEL = 0.5
MIN_POSTS = 5
"""Fewer measured later posts do not show a jump."""
JUMP = 0.001
"""Largest p-value at which later errors count as another level than that of the rolling fits."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class LaterPosts:
    """Measured posts that were published after the newest training post.

    Attributes:
        n: How many there are.
        inside: How many were inside their interval.
        known: The errors that intervals of the next posts rest on, at the level that lets LEVEL of them hold.
        bias: Mean of predicted minus measured share; None without such posts.
        moved: Whether their errors differ from those of the rolling fits by more than chance explains.
    """

    n: int
    inside: int
    known: Calibration
    bias: float | None
    moved: bool

    def warning(self) -> str | None:
        """What a user must know; None where the model holds."""
        if not self.moved or self.bias is None:
            return None
        way = "high" if self.bias > 0 else "low"
        return (
            f"The account has changed since the fit: of {self.n} measured later posts {self.inside} are inside their"
            f" {LEVEL:.0%} intervals, and predictions are {abs(self.bias):.2f} too {way} on average: run `dwell fit`"
            " again (refit); until then the level is not to be trusted."
        )


def is_later(model: CompletionModel, row: Row) -> bool:
    """Whether a post was published after the newest post that the model was trained on."""
    newest, posted = model.training["last_posted_at"], row.get("posted_at")
    if newest is None or posted is None:
        return False
    when: datetime = posted if posted.tzinfo else posted.replace(tzinfo=UTC)
    return when > datetime.fromisoformat(newest)


def follow_later_posts(model: CompletionModel, rows: Sequence[Row], known: Calibration) -> LaterPosts:
    """Adapts the level of intervals to the measured later posts, in the order of publishing.

    Args:
        model: The model.
        rows: Rows of the `posts` metric of one account that it was trained on.
        known: The errors that intervals of later posts start from.
    """
    measured = [
        row
        for row in rows
        if not row.get("excluded")
        and has_features(row)
        and measured_value(row, model.target) is not None
        and is_later(model, row)
    ]
    measured.sort(key=lambda row: (row["posted_at"], str(row.get("post_id"))))
    if not measured:
        return LaterPosts(0, 0, known, None, moved=False)
    columns = matrix(measured, model.columns)
    true = np.array([measured_value(row, model.target) for row in measured], dtype=np.float64)
    errors = to_link(true, CEILINGS[model.target]) - model.regressor.predict_link(columns)
    adapted, inside = adapt(known, errors, [bucket_of(row) for row in measured])
    bias = float((clip_for_score(model.regressor.predict(columns)) - clip_for_score(true)).mean())
    return LaterPosts(len(measured), inside, adapted, bias, moved=_moved(known, errors, inside))


def adapt(known: Calibration, errors: Floats, buckets: Sequence[str]) -> tuple[Calibration, int]:
    """Takes these errors in, one after another: they join the known ones, and each moves the level.

    Args:
        known: The errors that intervals start from.
        errors: Errors in logit units, oldest first.
        buckets: Duration bucket of each.

    Returns:
        The errors for the next post, at their level, and how many of these were inside.
    """
    level, inside = LEVEL, 0
    every, names = np.concatenate([known.errors, errors]), np.concatenate([known.buckets, np.array(buckets, np.str_)])
    for place, (error, bucket) in enumerate(zip(errors, buckets, strict=True), start=len(known.errors)):
        held = abs(error) <= Calibration(every[:place], names[:place]).at_level(level).half_width(bucket)
        inside += int(held)
        level = min(max(level + GAMMA * (LEVEL - float(held)), LOWEST_LEVEL), 1.0)
    return Calibration(every, names).at_level(level), inside


def _moved(known: Calibration, errors: Floats, inside: int) -> bool:
    """Whether so few are inside, or the mean error is so far off, that chance does not explain it."""
    from scipy.stats import binom, norm

    if len(errors) < MIN_POSTS:
        return False
    spread = float(known.errors.std(ddof=1)) * math.sqrt(1 / len(errors) + 1 / len(known.errors))
    shift = abs(float(errors.mean() - known.errors.mean())) / max(spread, 1e-12)
    return bool(binom.cdf(inside, len(errors), LEVEL) < JUMP or 2 * norm.sf(shift) < JUMP)
