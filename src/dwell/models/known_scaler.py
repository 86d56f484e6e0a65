"""Standardises columns that may hold unknowns; learns the value for unknowns and the scale of each inside the fold."""

# mypy: disallow-subclassing-any=False
# ruff: noqa: N803 - scikit-learn's contract names the matrix X

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dwell.models.link import Floats

MIN_FOR_INDICATOR = 5
"""A column gets an indicator of unknown values only with at least this many unknown and this many known rows."""


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

    def fit(self, X: Floats, y: Floats | None = None) -> Self:
        """Learns medians, scales, ranges and which columns need an indicator."""
        del y  # scikit-learn passes it
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
