"""How far an account lies outside the posts that a model learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dwell.models.features import TOPIC_FEATURES, columns
from dwell.models.targets import Floats

WARN_SHARE = 0.2
"""From this share of posts outside the training range a column is reported."""


def share_outside(design: Floats, ranges: Mapping[str, Any]) -> dict[str, float | None]:
    """Share of the posts whose value lies outside the training range, per feature; None where no post's value is known.

    Args:
        design: Design matrix of the posts.
        ranges: Feature -> [low, high, known share] of the training posts.
    """
    shares: dict[str, float | None] = {}
    for name, column in zip(columns(design.shape[1]), design.T, strict=True):
        low, high, _ = ranges[name]
        known = column[~np.isnan(column)]
        if low is None:
            continue
        shares[name] = float(((known < low - 1e-9) | (known > high + 1e-9)).mean()) if len(known) else None
    return shares


def extrapolation_warnings(design: Floats, ranges: Mapping[str, Any]) -> list[str]:
    """One sentence for each feature that lies far outside the training posts, or that only they have."""
    found = []
    for name, share in share_outside(design, ranges).items():
        plain = name.removeprefix("log_")
        low, high, _ = ranges[name]
        if share is None:
            found.append(
                f"{plain} is unknown for every post here but the model uses it: its typical training value stands in."
            )
        elif share >= WARN_SHARE and name in TOPIC_FEATURES:
            found.append(f"{plain} of {share:.0%} of the posts is one that the model has never seen.")
        elif share >= WARN_SHARE:
            span = f"{math.exp(low):.4g} to {math.exp(high):.4g}"
            found.append(f"{plain} of {share:.0%} of the posts lies outside what the model has seen ({span}).")
    return found
