"""How good a model is on later posts than those it learnt from.

Two tests: fitted once on the oldest 60 % and tested on the rest; and rolling, fitted anew before every 5 % of the posts
on all posts before them, which is what an account that fits again regularly gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from dwell.models.link import Floats, clip_for_score
from dwell.models.predictors import Predicted, Split, join
from dwell.models.sample import Integers, Sample
from dwell.models.skill import skill

TRAIN_SHARE = 0.6
ROLLING_START = 0.4
"""Rolling fits begin here, so that 20 % of the posts have calibrated the intervals of those that are tested."""
ROLLING_STEP = 0.05
MIN_ROWS = 5
"""Fewer later posts than this are not informative."""
UNKNOWN: Mapping[str, float | None] = dict.fromkeys(("r2", "mae", "spearman", "bias", "rolling_r2"))


@dataclass(frozen=True)
class Forward:
    """Skill on later posts.

    Attributes:
        scores: `r2`, `mae`, `spearman` and `bias` (mean of predicted minus measured) of one fit on the oldest 60 %;
            `rolling_r2` of the same later posts, fitted anew every 5 %. None where times are unknown or too few.
        rolling: Predictions of the rolling fits over all posts of the sample, NaN for those before the first; None
            where they were not made.
    """

    scores: dict[str, float | None]
    rolling: Predicted | None = None


def forward_split(sample: Sample) -> list[Split]:
    """The oldest 60 % and the rest; empty where times are unknown or too few."""
    order = sample.rows_by_time()
    cut = int(len(order) * TRAIN_SHARE)
    return [] if cut < 2 or len(order) - cut < MIN_ROWS else [(order[:cut], order[cut:])]


def rolling_splits(sample: Sample) -> list[Split]:
    """Every 5 % of the posts after the oldest 40 %, each with all posts before it."""
    order = sample.rows_by_time()
    if not forward_split(sample):
        return []
    steps = round((1 - ROLLING_START) / ROLLING_STEP)
    cuts = np.unique(np.linspace(ROLLING_START * len(order), len(order), steps + 1).astype(int))
    cuts = cuts[cuts >= min(MIN_ROWS, int(len(order) * TRAIN_SHARE))]
    return [(order[:start], order[start:end]) for start, end in pairwise(cuts)]


def score_forward(
    sample: Sample, once: Sequence[Predicted], splits: Sequence[Split], rolling: Sequence[Predicted]
) -> Forward:
    """The scores of predictions of later posts.

    Args:
        sample: The posts.
        once: The prediction of `forward_split`, empty as that is.
        splits: Those of `rolling_splits`; empty where they were not asked.
        rolling: The prediction of each.
    """
    if not once:
        return Forward(dict(UNKNOWN))
    ((_, later),) = forward_split(sample)
    scores: dict[str, Any] = skill(sample.y[later], once[0].value)
    scores["bias"] = float((clip_for_score(once[0].value) - clip_for_score(sample.y[later])).mean())
    joined = join(len(sample), splits, rolling) if splits else None
    scores["rolling_r2"] = skill(sample.y[later], joined.value[later])["r2"] if joined else None
    return Forward(scores, joined)


def later_rows(sample: Sample) -> Integers:
    """Numbers of the posts that `forward_split` tests, oldest first; empty where it tests none."""
    split = forward_split(sample)
    return split[0][1] if split else np.zeros(0, dtype=np.intp)


def rolling_errors(sample: Sample, rolling: Predicted, link: Floats) -> tuple[Integers, Floats]:
    """Numbers of the posts that rolling fits predicted, oldest first, and measured minus predicted in logit units."""
    order = sample.rows_by_time()
    rows = order[np.isfinite(rolling.link[order])]
    return rows, link[rows] - rolling.link[rows]
