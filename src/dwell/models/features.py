"""Public counters as the features of a model.

`design` is arithmetic without anything fitted; `KnownScaler` learns (inside the fold) the value for unknowns and the
scale of each column.
"""

# mypy: disallow-subclassing-any=False
# ruff: noqa: N803 - scikit-learn's contract names the matrix X

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dwell.models.targets import Floats

COUNTERS = ("likes", "comments", "shares", "saves")
FEATURES = ("log_duration_s", "log_views", "log_like_rate", "log_comment_rate", "log_share_rate", "log_save_rate")
TOPIC_FEATURES = ("sound_rising", "tag_saturated")
"""Flags about a post's sound and hashtags (see `topics.py`), which a model uses only where they are proven to help."""
ACCOUNT, BUCKET = "account:", "bucket:"
"""Prefixes of 0/1 columns: the post is of this account, or has this duration bucket."""
MIN_VIEWS = 100
"""With fewer views, an average watch time depends on a few people and is not a property of the video."""
MIN_FOR_INDICATOR = 5
"""A column gets an indicator of unknown values only with at least this many unknown and this many known rows."""


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


def account_column(handle: str) -> str:
    """Name of the 0/1 column that says whether a post is of this account."""
    return f"{ACCOUNT}{handle}"


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


def is_group(name: str) -> bool:
    """Whether a column only says to which account or bucket a post belongs."""
    return name.startswith((ACCOUNT, BUCKET))


def _known_median(matrix: Floats) -> Floats:
    """Median of each column over its known values, at least one each (`nanmedian`, in a tenth of its time)."""
    ordered = np.sort(matrix, axis=0)  # NaN come last
    known = (~np.isnan(matrix)).sum(axis=0)
    places = np.arange(matrix.shape[1])
    return np.asarray((ordered[(known - 1) // 2, places] + ordered[known // 2, places]) / 2, dtype=np.float64)


class KnownScaler(TransformerMixin, BaseEstimator):
    """Standardises columns that may hold unknowns (NaN), with everything learned from the rows of `fit` alone.

    An unknown becomes the column's median; a column with enough unknown and known rows gets a second, 0/1 column that
    says so. A column without any known value, or with one value only, becomes 0: nothing was learnt about others.
    Values far outside the training range are clipped to `margin` standard deviations beyond it.

    Args:
        margin: How far outside the training range a value may lie, in standard deviations.
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = margin

    def fit(self, X: Floats, y: Floats | None = None) -> Self:  # noqa: ARG002 - scikit-learn passes it
        """Learns medians, scales, ranges and which columns need an indicator."""
        return self.learn(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan"))

    def learn(self, X: Floats) -> Self:
        """`fit` without checking X."""
        self.n_features_in_ = X.shape[1]
        missing = np.isnan(X)
        empty = missing.all(axis=0)
        filled = np.where(empty, 0.0, X)
        self.median_ = _known_median(filled)
        filled = np.where(missing & ~empty, self.median_, filled)
        self.mean_ = filled.mean(axis=0)
        spread = filled.std(axis=0)
        varies = spread > 1e-9 * np.maximum(1.0, np.abs(self.mean_))
        self.scale_ = np.where(varies, spread, 1.0)
        standard = (filled - self.mean_) / self.scale_
        self.low_, self.high_ = standard.min(axis=0), standard.max(axis=0)
        unknown = missing.sum(axis=0)
        self.indicator_ = ~empty & (unknown >= MIN_FOR_INDICATOR) & (len(X) - unknown >= MIN_FOR_INDICATOR)
        self.empty_ = empty | ~varies
        return self

    def transform(self, X: Floats) -> Floats:
        """Standardised columns, then the indicator columns; no NaN."""
        check_is_fitted(self)
        return self.scale(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False))

    def scale(self, X: Floats) -> Floats:
        """`transform` without checking X."""
        missing = np.isnan(X)
        filled = np.where(missing, self.median_, X)
        standard = np.clip((filled - self.mean_) / self.scale_, self.low_ - self.margin, self.high_ + self.margin)
        standard[:, self.empty_] = 0.0
        return np.column_stack([standard, missing[:, self.indicator_].astype(np.float64)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        names = ("median_", "mean_", "scale_", "low_", "high_", "indicator_", "empty_")
        return {"margin": self.margin, **{name: getattr(self, name).tolist() for name in names}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted scaler that `state` describes."""
        scaler = cls(margin=state["margin"])
        for name in ("median_", "mean_", "scale_", "low_", "high_"):
            setattr(scaler, name, np.array(state[name], dtype=np.float64))
        for name in ("indicator_", "empty_"):
            setattr(scaler, name, np.array(state[name], dtype=bool))
        scaler.n_features_in_ = len(scaler.mean_)
        return scaler
