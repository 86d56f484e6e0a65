"""Warnings about a fit that a user must see, whatever its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from dwell.models.acceptance import FEW_ROWS, Gain
from dwell.models.baselines import SEED_FLOOR
from dwell.models.feature_names import FEATURES
from dwell.models.sample import Sample
from dwell.text.lengths import bucket_label
from dwell.text.plurals import name_counts, pluralize

REFIT_AFTER = timedelta(days=30)
OLD = timedelta(days=90)
SHORTFALL = 0.1
"""How far the coverage of later posts may fall below the level before a warning."""
SELECTED_ROWS = 60
"""With fewer posts the R² of models that passed was up to 0.3 too high."""
MOVED = 0.05
"""A mean error of later posts that is worth a warning."""
MOST_ACCOUNTS = 10
OVERFIT = 0.85
"""In-sample R² above which the seed warns."""


def about_fit(sample: Sample, report: Mapping[str, Any], length: Gain | None, now: datetime) -> list[str]:
    """Everything that a user must know about a fit.

    Args:
        sample: The posts.
        report: The report of the fit, with its interval where it is usable.
        length: Gain over a model of length alone; None for such a model itself.
        now: Time of the fit.
    """
    return [
        *about_rows(sample),
        *about_age(sample, now),
        *about_skill(report["in_sample_r2"], report["out_of_fold"], length),
        *([] if report["reasons"] else about_few(len(sample), report)),
        *about_accounts(report),
        *about_interval(report["interval"]),
        *about_forward(report),
    ]


def about_rows(sample: Sample) -> list[str]:
    """Too few posts in all or in a bucket, posts left out, counters that are never known."""
    notes = []
    if len(sample) < FEW_ROWS:
        notes.append(f"Fitted on {pluralize(len(sample), 'post')}: do not rely on a model of fewer than {FEW_ROWS}.")
    names, counts = np.unique(sample.buckets, return_counts=True)
    small = [
        f"{bucket_label(str(name))} ({count})" for name, count in zip(names, counts, strict=True) if count < SEED_FLOOR
    ]
    if small:
        notes.append(f"Lengths with fewer than {SEED_FLOOR} posts rely on the other lengths: {', '.join(small)}.")
    if sample.left_out:
        notes.append(f"Posts left out: {name_counts(dict(sorted(sample.left_out.items())))}.")
    columns = zip(sample.names, sample.X.T, strict=True)
    unseen = [name.removeprefix("log_") for name, column in columns if name in FEATURES and np.isnan(column).all()]
    if unseen and len(sample):
        notes.append(
            f"Unknown in all of these posts, so not used: {', '.join(name.replace('_', ' ') for name in unseen)}."
        )
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


def about_skill(in_sample: float | None, out_of_fold: Mapping[str, float | None], duration: Gain | None) -> list[str]:
    """An in-sample R² that means nothing, and a model that uses only the length of the video."""
    notes = []
    if in_sample is not None and in_sample > OVERFIT:
        unseen = out_of_fold["r2"]
        beside = f"; on unseen posts R² is {unseen:.2f}, and that is the figure to quote" if unseen is not None else ""
        notes.append(
            f"The model fits its own posts with R² {in_sample:.2f}: over {OVERFIT}, that only shows that it memorises"
            f" them{beside}."
        )
    if duration is not None and not duration.proven:
        notes.append(
            "Beyond the length of the videos, no gain is proven: over a model of length alone the public counters add"
            f" {duration.r2:+.2f} of R² (95 % interval {duration.low:+.2f} to {duration.high:+.2f})."
        )
    return notes


def about_few(rows: int, report: Mapping[str, Any]) -> list[str]:
    """The R² of few posts, which is too high where the model passed: of models alike, only the lucky ones pass."""
    ends, r2 = report["r2_interval"], report["out_of_fold"]["r2"]
    if rows >= SELECTED_ROWS or ends is None or r2 is None:
        return []
    note = (
        f"R² {r2:.2f} of {rows} posts has a 95 % interval of {ends['low']:.2f} to {ends['high']:.2f}, and is too high"
        f" on average, because only models that look good are stored: count on {ends['low']:.2f}."
    )
    return [note]


def about_accounts(report: Mapping[str, Any]) -> list[str]:
    """What a pooled model explains within each account: the R² of all is flattered by their different levels."""
    lines = report["by_account"]
    if not lines:
        return []
    parts = [
        f"@{line['handle']} {line['r2']:.2f} (intervals held {line['coverage']:.0%} of {line['n']})"
        if line["r2"] is not None
        else f"@{line['handle']} unknown ({line['n']} posts)"
        for line in lines[:MOST_ACCOUNTS]
    ]
    more = f", and {len(lines) - MOST_ACCOUNTS} more" if len(lines) > MOST_ACCOUNTS else ""
    return [f"R² within each account: {', '.join(parts)}{more}; the R² of all together also counts their levels."]


def about_forward(report: Mapping[str, Any]) -> list[str]:
    """A level that moved, and a simpler model that predicts later posts better."""
    notes, bias = [], report["forward"]["bias"]
    if bias is not None and abs(bias) >= MOVED:
        way = "fell" if bias > 0 else "rose"
        notes.append(
            f"The level {way} by {abs(bias):.2f}: fitted on the oldest 60 % of the posts, predictions of the later ones"
            f" are that much too {'high' if bias > 0 else 'low'} on average; fit again when new watch times come in."
        )
    better = report["better_forward"]
    if better:
        notes.append(
            f"For later posts {better['name']} alone does better (forward R² {better['r2']:.2f}"
            f" against {better['model_r2']:.2f}): `dwell fit --inputs {better['inputs']}` stores that model."
        )
    return notes


def about_interval(interval: Mapping[str, Any]) -> list[str]:
    """Intervals that hold for posts of the same period but not for later ones."""
    later, level = interval["coverage_forward"], interval["level"]
    if later is None or later >= level - SHORTFALL:
        return []
    note = (
        f"Only {later:.0%} of the later posts were inside their {level:.0%} intervals: the account drifts, so treat the"
        " intervals of future posts as too narrow and fit again often. A jump after the newest post cannot be known."
    )
    return [note]
