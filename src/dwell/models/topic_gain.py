"""What the flags about sound and hashtags add to a model on unseen posts, and whether the model uses them.

It uses them only where they are proven to help out of fold. The reported skill then comes from models that make the
same choice again inside each fold, so that choosing does not improve the score by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dwell.models.acceptance import MIN_ROWS, gain_in_r2
from dwell.models.completion import BlendRegressor
from dwell.models.evaluation import out_of_fold, predict_out_of_fold, splits
from dwell.models.feature_names import TOPIC_FEATURES
from dwell.models.link import from_link, to_link
from dwell.models.predictors import Pair, Predicted, completion
from dwell.models.sample import Sample

KNOWN_SHARE = 0.3
KNOWN_POSTS = MIN_ROWS
MIN_OF_EACH = 4
"""Minimum number of posts with each value of a flag."""


def topic_gain(sample: Sample, ceiling: float) -> dict[str, Any]:
    """Compares the model with and without the two flags, on the same folds.

    Args:
        sample: The posts, without the flags in X.
        ceiling: The target's ceiling.

    Returns:
        JSON values: `n_known` (posts of which a flag is known), `r2_without`, `r2_with`, `gain` (difference of R²) with
        its 95 % interval `low`, `high`; `verdict`: `helps`, `no help shown` or `cannot tell`; `used`; `reason`.
    """
    result: dict[str, Any] = {"n_known": known_posts(sample), "r2_without": None, "r2_with": None}
    result |= {"gain": None, "low": None, "high": None, "verdict": "cannot tell", "used": False}
    why = _too_little(sample)
    if why:
        return {**result, "reason": why}
    wide = sample.with_topics()
    plain, flagged = (
        out_of_fold(sample.y, [predict_out_of_fold(data, completion, ceiling, 0)]) for data in (sample, wide)
    )
    more = gain_in_r2(sample.y, flagged.predictions, plain.predictions, "without topics")
    without, with_topics = plain.scores["r2"], flagged.scores["r2"]
    result |= {"r2_without": without, "r2_with": with_topics, "gain": more.r2, "low": more.low, "high": more.high}
    interval = f"{more.r2:+.3f} of R² out of fold, 95 % interval {more.low:+.3f} to {more.high:+.3f}"
    if more.proven:
        return {**result, "verdict": "helps", "used": True, "reason": f"They add {interval}."}
    return {**result, "verdict": "no help shown", "reason": f"Not used: what they add is not proven ({interval})."}


def known_posts(sample: Sample) -> int:
    """Posts of which at least one flag is known."""
    return int((~np.isnan(sample.topics)).any(axis=1).sum())


def completion_with_topics(pairs: Sequence[Pair], ceiling: float) -> list[Predicted]:
    """The completion model as a predictor that uses the flags only where the training posts alone support them.

    Inside a fold the choice is made by the straight-line member, since trees in every inner fold would take minutes.

    Args:
        pairs: Training and test posts with the flags in X.
        ceiling: The target's ceiling.
    """
    chosen = []
    for train, test in pairs:
        names = train.names if _straight_line_gains(train, ceiling) else _without_topics(train)
        chosen.append((train.only(names), test.only(names)))
    return completion(chosen, ceiling)


def _without_topics(sample: Sample) -> list[str]:
    return [name for name in sample.names if name not in TOPIC_FEATURES]


def _straight_line_gains(train: Sample, ceiling: float) -> bool:
    link = to_link(train.y, ceiling)
    lines = np.empty((2, len(train)))
    for place, names in enumerate((_without_topics(train), train.names)):
        columns = train.only(names).X
        folds = splits(len(train), 0)
        parts = [(columns[inside], link[inside]) for inside, _ in folds]
        for ridge, (_, outside) in zip(BlendRegressor(members=("ridge",)).fit_many(parts), folds, strict=True):
            lines[place, outside] = from_link(ridge.expect(columns[outside]), ceiling)
    return gain_in_r2(train.y, lines[1:], lines[:1], "without topics").proven


def _too_little(sample: Sample) -> str | None:
    known = known_posts(sample)
    if known < KNOWN_POSTS or known < KNOWN_SHARE * len(sample):
        needed = f"{KNOWN_POSTS} posts and {KNOWN_SHARE:.0%} of them"
        return (
            f"Of {len(sample)} posts {known} have a sound or hashtags that were sampled around publishing; {needed}"
            " are needed: sample the sounds and hashtags of new posts daily."
        )
    ways = [(int(np.nansum(flag == 1)), int(np.nansum(flag == 0))) for flag in sample.topics.T]
    if not any(min(yes, no) >= MIN_OF_EACH for yes, no in ways):
        counts = "; ".join(f"{name}: {yes} yes, {no} no" for name, (yes, no) in zip(TOPIC_FEATURES, ways, strict=True))
        return f"The known posts hardly differ ({counts}): {MIN_OF_EACH} of each are needed."
    return None
