"""How far the posts of an account lie outside the training range of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dwell.models.feature_names import TOPIC_FEATURES, is_group
from dwell.models.link import Floats

WARN_SHARE = 0.2
"""A feature is reported when at least this share of posts is outside its training range."""


def share_outside(design: Floats, ranges: Mapping[str, Any]) -> dict[str, float | None]:
    """Share of the posts with a value outside the training range, per feature; None where no value is known.

    Args:
        design: Design matrix of the posts, columns as in `ranges`.
        ranges: Feature -> [low, high, known share] of the training posts.
    """
    shares: dict[str, float | None] = {}
    for (name, (low, high, _)), column in zip(ranges.items(), design.T, strict=True):
        known = column[~np.isnan(column)]
        if low is None or is_group(name):
            continue
        shares[name] = float(((known < low - 1e-9) | (known > high + 1e-9)).mean()) if len(known) else None
    return shares


def extrapolation_warnings(design: Floats, ranges: Mapping[str, Any]) -> list[str]:
    """One sentence for each feature that is far outside the training range, or that only the training posts have."""
    warnings = []
    for name, share in share_outside(design, ranges).items():
        plain = name.removeprefix("log_")
        low, high, _ = ranges[name]
        if share is None:
            warnings.append(
                f"{plain} is unknown for all of these posts, but the model uses it: its typical training value is used."
            )
        elif share >= WARN_SHARE and name in TOPIC_FEATURES:
            warnings.append(f"{plain} of {share:.0%} of the posts has a value that the model never saw in training.")
        elif share >= WARN_SHARE:
            span = f"{math.exp(low):.4g} to {math.exp(high):.4g}"
            warnings.append(
                f"{plain} of {share:.0%} of the posts is outside the range that the model saw in training ({span})."
            )
    return warnings
