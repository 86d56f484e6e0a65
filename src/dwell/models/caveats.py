"""What a user must hear about a fit, whatever its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from dwell.models.acceptance import FEW_ROWS, Gain
from dwell.models.baselines import SEED_FLOOR
from dwell.models.features import FEATURES
from dwell.models.sample import Sample

REFIT_AFTER = timedelta(days=30)
OLD = timedelta(days=90)
SHORTFALL = 0.1
"""Coverage of later posts may fall so far below the level before a reader is told."""
OVERFIT = 0.85
"""In-sample R2 above which the seed warns."""


def about_rows(sample: Sample) -> list[str]:
    """Too few posts in all or in a bucket, posts left out, counters that were never seen."""
    found = []
    if len(sample) < FEW_ROWS:
        found.append(f"Fitted on {len(sample)} posts; under {FEW_ROWS} do not rely on it.")
    names, counts = np.unique(sample.buckets, return_counts=True)
    small = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < SEED_FLOOR]
    if small:
        found.append(f"Buckets under the {SEED_FLOOR}-row floor lean on the other buckets: {', '.join(small)}.")
    if sample.left_out:
        parts = ", ".join(f"{count} {reason}" for reason, count in sorted(sample.left_out.items()))
        found.append(f"Posts left out: {parts}.")
    columns = zip(FEATURES, sample.X.T, strict=True)
    unseen = [name.removeprefix("log_") for name, column in columns if np.isnan(column).all()]
    if unseen and len(sample):
        found.append(f"Never known in these posts, so not used: {', '.join(unseen)}.")
    return found


def about_age(sample: Sample, now: datetime) -> list[str]:
    """Old posts, unknown posting times."""
    known = sample.posted[np.isfinite(sample.posted)]
    found = []
    if len(known) < len(sample):
        found.append(f"{len(sample) - len(known)} posts have no posting time and are not part of the forward check.")
    if len(known) and now.timestamp() - known.max() > OLD.total_seconds():
        days = int((now.timestamp() - known.max()) // 86400)
        found.append(
            f"The newest post is {days} days old: the account and its audience may have changed;"
            " add recent posts and fit again."
        )
    return found


def about_skill(in_sample: float | None, out_of_fold: Mapping[str, float | None], duration: Gain) -> list[str]:
    """An in-sample R2 that means nothing, and a model that only knows how long the video is."""
    found = []
    if in_sample is not None and in_sample > OVERFIT:
        unseen = out_of_fold["r2"]
        beside = (
            f"; on posts it has not seen R2 is {unseen:.2f}, and that is the figure to quote"
            if unseen is not None
            else ""
        )
        found.append(
            f"In-sample R2 is {in_sample:.2f}: over {OVERFIT} only says that it remembers its own posts{beside}."
        )
    if not duration.proven:
        found.append(
            "It knows the length of the videos but nothing proven beyond it: over a model of length alone the public"
            f" counters add {duration.r2:+.2f} of R2 (95 % interval {duration.low:+.2f} to {duration.high:+.2f})."
        )
    return found


def about_interval(interval: Mapping[str, Any]) -> list[str]:
    """Intervals that hold for posts of the same time but not for later ones."""
    later, level = interval["coverage_forward"], interval["level"]
    if later is None or later >= level - SHORTFALL:
        return []
    note = (
        f"Of the later posts only {later:.0%} lay inside their {level:.0%} intervals: the account drifts;"
        " take the intervals of future posts as too narrow and fit again often."
    )
    return [note]
