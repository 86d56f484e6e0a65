"""Public counters as the features of a model: arithmetic, without anything fitted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dwell.models.feature_names import ACCOUNT, BUCKET, FEATURES, TOPIC_FEATURES
from dwell.models.link import Floats

COUNTERS = ("likes", "comments", "shares", "saves")
MIN_VIEWS = 100
"""With fewer views, an average watch time depends on a few people and is not a property of the video."""


def known_count(value: Any) -> float:
    """A counter as float; NaN for None, NaN and impossible (negative) values."""
    if value is None:
        return math.nan
    number = float(value)
    return number if math.isfinite(number) and number >= 0 else math.nan


def has_features(row: Mapping[str, Any]) -> bool:
    """Whether a post has the required features: a length above 0 and at least MIN_VIEWS views."""
    return known_count(row.get("duration_s")) > 0 and known_count(row.get("views")) >= MIN_VIEWS


def design(rows: Sequence[Mapping[str, Any]]) -> Floats:
    """The design matrix: one row per post, columns FEATURES, natural logarithms, NaN where a counter is unknown.

    A rate is (count + 1/2) / (views + 1), so that a counted 0 has a logarithm and differs from unknown.
    """
    matrix = np.full((len(rows), len(FEATURES)), np.nan)
    for line, row in zip(matrix, rows, strict=True):
        duration, views = known_count(row.get("duration_s")), known_count(row.get("views"))
        line[0] = math.log(duration) if duration > 0 else math.nan
        line[1] = math.log(views) if views > 0 else math.nan
        if views > 0:
            for place, counter in enumerate(COUNTERS, start=2):
                line[place] = math.log((known_count(row.get(counter)) + 0.5) / (views + 1.0))
    return matrix


def topic_flags(rows: Sequence[Mapping[str, Any]]) -> Floats:
    """One row per post, columns TOPIC_FEATURES: 1 for true, 0 for false, NaN where unknown or not given."""
    values = [[_flag(row.get(name)) for name in TOPIC_FEATURES] for row in rows]
    return np.array(values, dtype=np.float64).reshape(-1, len(TOPIC_FEATURES))


def _flag(value: Any) -> float:
    return math.nan if value is None else float(bool(value))


def matrix(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Floats:
    """The columns that a model knows by name: FEATURES, TOPIC_FEATURES, `account:` and `bucket:` columns.

    Args:
        rows: Rows of the `posts` metric.
        names: Column names, in the order of the result.
    """
    known = dict(zip(FEATURES, design(rows).T, strict=True))
    known |= dict(zip(TOPIC_FEATURES, topic_flags(rows).T, strict=True))
    for name in names:
        for prefix, key in ((ACCOUNT, "handle"), (BUCKET, "bucket")):
            if name.startswith(prefix):
                value = name.removeprefix(prefix)
                known[name] = np.array([float(str(row.get(key)) == value) for row in rows])
    return np.column_stack([known[name] for name in names]) if rows else np.zeros((0, len(names)))
