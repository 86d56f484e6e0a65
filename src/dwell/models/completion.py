"""The completion model: three regressors on the same columns, averaged on the logit scale, pooled over buckets.

A straight line extrapolates, a Gaussian process bends, trees find thresholds; their equal mean was as good as the
best of them on every account tried, from 20 rows up, so no weight is tuned. Each member chooses its own
hyper-parameters on its training rows.
"""

# mypy: disallow-subclassing-any=False
# ruff: noqa: N803, N806 - scikit-learn's contract names the matrix X

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dwell.models.boosting import BoostedTrees, grow_together
from dwell.models.gaussian_process import GaussianProcess
from dwell.models.known_scaler import KnownScaler
from dwell.models.link import Floats, from_link, mean_from_link, to_link
from dwell.models.ridge import CurvedRidge

MEMBERS = ("ridge", "process", "trees")


class BlendRegressor(RegressorMixin, BaseEstimator):
    """Equal mean of ridge, Gaussian process and boosted trees on columns that may hold unknowns (NaN). Deterministic.

    Args:
        members: Which of MEMBERS to average.
        n_estimators: Trees.
        max_iter: Steps of the Gaussian process's search for hyper-parameters.
        random_state: Seed of the trees' row sampling.

    Attributes:
        scaler_: The fitted `KnownScaler`.
        fitted_: Fitted members by name.
        noise_sd_: Noise that the Gaussian process found, in units of y; 0 without it.
    """

    def __init__(
        self,
        members: tuple[str, ...] = MEMBERS,
        n_estimators: int = 150,
        max_iter: int = 40,
        random_state: int = 0,
    ) -> None:
        self.members = members
        self.n_estimators = n_estimators
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fits the scaler and every member on the same rows."""
        X, y = validate_data(
            self, X, y, dtype=np.float64, y_numeric=True, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        _fit_members([self], [X], [y])
        return self

    def fit_many(self, parts: Sequence[tuple[Floats, Floats]]) -> list[Self]:
        """One fitted blend with these settings for each (columns, y), in less time than one by one.

        Nothing is checked: `parts` come from a `Sample`.
        """
        settings = self.members, self.n_estimators, self.max_iter, self.random_state
        blends = [type(self)(*settings) for _ in parts]
        for blend, (columns, _) in zip(blends, parts, strict=True):
            blend.n_features_in_ = columns.shape[1]
        _fit_members(blends, [columns for columns, _ in parts], [y for _, y in parts])
        return blends

    def predict(self, X: Floats) -> Floats:
        """The members' mean."""
        check_is_fitted(self)
        return self.expect(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False))

    def expect(self, X: Floats) -> Floats:
        """`predict` without checking X."""
        scaled = self.scaler_.scale(X)
        lines = [
            member.expect(scaled) if name == "process" else member.predict(scaled)
            for name, member in self.fitted_.items()
        ]
        return np.asarray(np.mean(lines, axis=0), dtype=np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        members = {name: member.state() for name, member in self.fitted_.items()}
        return {"scaler": self.scaler_.state(), "members": members, "noise_sd_": self.noise_sd_}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted blend that `state` describes; predicts exactly what the original predicts."""
        kinds: dict[str, Any] = {"ridge": CurvedRidge, "process": GaussianProcess, "trees": BoostedTrees}
        blend = cls(members=tuple(state["members"]))
        blend.scaler_ = KnownScaler.from_state(state["scaler"])
        blend.fitted_ = {name: kinds[name].from_state(member) for name, member in state["members"].items()}
        blend.noise_sd_ = float(state["noise_sd_"])
        blend.n_features_in_ = blend.scaler_.n_features_in_
        return blend


def _fit_members(blends: Sequence[BlendRegressor], columns: Sequence[Floats], targets: Sequence[Floats]) -> None:
    """Fits every member of every blend; trees of all blends grow together."""
    scaled = []
    for blend, matrix, y in zip(blends, columns, targets, strict=True):
        blend.scaler_ = KnownScaler().learn(matrix)
        scaled.append(blend.scaler_.scale(matrix))
        fresh: dict[str, Any] = {
            "ridge": CurvedRidge(),
            "process": GaussianProcess(max_iter=blend.max_iter),
            "trees": BoostedTrees(blend.n_estimators, blend.random_state),
        }
        blend.fitted_ = {name: fresh[name] for name in blend.members}
        if "ridge" in blend.fitted_:
            blend.fitted_["ridge"].fit(scaled[-1], y)
        if "process" in blend.fitted_:
            blend.fitted_["process"].learn(scaled[-1], y)
        process = blend.fitted_.get("process")
        blend.noise_sd_ = process.noise_sd_ if process else 0.0
        blend.n_iter_ = process.n_iter_ if process else 1
    if blends and "trees" in blends[0].members:
        grow_together([blend.fitted_["trees"] for blend in blends], scaled, targets)


class CompletionRegressor(RegressorMixin, BaseEstimator):
    """Predicts a share between 0 and `ceiling` from the log columns of `features.design`.

    The blend works on the logit of the share; `predict` gives the expected share (not the inverse of the mean logit,
    which is too low for small shares).

    Args:
        ceiling: Largest possible value; 2 for `watch_ratio` because of loops, 1 for `full_watch_rate`.
        members: As in `BlendRegressor`.
        n_estimators: As in `BlendRegressor`.
        max_iter: As in `BlendRegressor`.
        random_state: As in `BlendRegressor`.
    """

    def __init__(
        self,
        ceiling: float = 1.0,
        members: tuple[str, ...] = MEMBERS,
        n_estimators: int = 150,
        max_iter: int = 40,
        random_state: int = 0,
    ) -> None:
        self.ceiling = ceiling
        self.members = members
        self.n_estimators = n_estimators
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fits the blend to the logit of y."""
        X, y = validate_data(
            self, X, y, dtype=np.float64, y_numeric=True, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        self.blend_ = BlendRegressor(self.members, self.n_estimators, self.max_iter, self.random_state)
        self.blend_.fit(X, to_link(y, self.ceiling))
        self.n_iter_ = self.blend_.n_iter_
        return self

    def predict_link(self, X: Floats) -> Floats:
        """The prediction on the logit scale, where intervals are symmetric."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return np.asarray(self.blend_.predict(X), dtype=np.float64)

    def predict(self, X: Floats) -> Floats:
        """The expected share."""
        return mean_from_link(self.predict_link(X), self.blend_.noise_sd_, self.ceiling)

    def predict_band(self, X: Floats, half_width: Floats) -> tuple[Floats, Floats]:
        """The shares `half_width` (logit units, one a row) below and above the prediction."""
        link = self.predict_link(X)
        return from_link(link - half_width, self.ceiling), from_link(link + half_width, self.ceiling)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True  # a share cannot follow a target outside 0 .. ceiling
        return tags

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        return {"ceiling": self.ceiling, "blend": self.blend_.state()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted regressor that `state` describes."""
        regressor = cls(ceiling=float(state["ceiling"]))
        regressor.blend_ = BlendRegressor.from_state(state["blend"])
        regressor.members = regressor.blend_.members
        regressor.n_features_in_ = regressor.blend_.n_features_in_
        return regressor
