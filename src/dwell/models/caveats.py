"""Warnings about a fit that a user must see, whatever its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from dwell.models.acceptance import FEW_ROWS, Gain
from dwell.models.baselines import SEED_FLOOR
from dwell.models.features import FEATURES
from dwell.models.sample import Sample
from dwell.text.plurals import name_counts, pluralize

REFIT_AFTER = timedelta(days=30)
OLD = timedelta(days=90)
SHORTFALL = 0.1
"""How far the coverage of later posts may fall below the level before a warning."""
OVERFIT = 0.85
"""In-sample R² above which the seed warns."""


def about_rows(sample: Sample) -> list[str]:
    """Too few posts in all or in a bucket, posts left out, counters that are never known."""
    notes = []
    if len(sample) < FEW_ROWS:
        notes.append(f"Fitted on {pluralize(len(sample), 'post')}: do not rely on a model of fewer than {FEW_ROWS}.")
    names, counts = np.unique(sample.buckets, return_counts=True)
    small = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < SEED_FLOOR]
    if small:
        notes.append(f"Buckets with fewer than {SEED_FLOOR} posts rely on the other buckets: {', '.join(small)}.")
    if sample.left_out:
        notes.append(f"Posts left out: {name_counts(dict(sorted(sample.left_out.items())))}.")
    columns = zip(FEATURES, sample.X.T, strict=True)
    unseen = [name.removeprefix("log_") for name, column in columns if np.isnan(column).all()]
    if unseen and len(sample):
        notes.append(f"Unknown in all of these posts, so not used: {', '.join(unseen)}.")
    return notes


def about_age(sample: Sample, now: datetime) -> list[str]:
    """Old posts, unknown posting times."""
    known = sample.posted[np.isfinite(sample.posted)]
    notes = []
    if len(known) < len(sample):
        notes.append(
            f"Without a posting time, and not part of the forward check: {pluralize(len(sample) - len(known), 'post')}."
        )
    if len(known) and now.timestamp() - known.max() > OLD.total_seconds():
        days = int((now.timestamp() - known.max()) // 86400)
        notes.append(
            f"The newest post is {days} days old: the account and its audience may have changed:"
            " add recent posts and fit again."
        )
    return notes


def about_skill(in_sample: float | None, out_of_fold: Mapping[str, float | None], duration: Gain) -> list[str]:
    """An in-sample R² that means nothing, and a model that uses only the length of the video."""
    notes = []
    if in_sample is not None and in_sample > OVERFIT:
        unseen = out_of_fold["r2"]
        beside = f"; on unseen posts R² is {unseen:.2f}, and that is the figure to quote" if unseen is not None else ""
        notes.append(
            f"The model fits its own posts with R² {in_sample:.2f}: over {OVERFIT}, that only shows that it memorises"
            f" them{beside}."
        )
    if not duration.proven:
        notes.append(
            "Beyond the length of the videos, no gain is proven: over a model of length alone the public counters add"
            f" {duration.r2:+.2f} of R² (95 % interval {duration.low:+.2f} to {duration.high:+.2f})."
        )
    return notes


def about_interval(interval: Mapping[str, Any]) -> list[str]:
    """Intervals that hold for posts of the same period but not for later ones."""
    later, level = interval["coverage_forward"], interval["level"]
    if later is None or later >= level - SHORTFALL:
        return []
    note = (
        f"Only {later:.0%} of the later posts were inside their {level:.0%} intervals: the account drifts, so treat the"
        " intervals of future posts as too narrow and fit again often."
    )
    return [note]
