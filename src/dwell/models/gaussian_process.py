"""A small Gaussian process that works with a dozen rows.

Kernel: smooth (squared exponential, one length scale per column) + linear + noise. Hyper-parameters are the most
probable ones under weak log-normal priors (marginal likelihood x prior, L-BFGS with exact gradients), where maximum
likelihood alone overfits few rows.
Formulas: Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1 and equation 5.9.
"""

# mypy: disallow-subclassing-any=False
# ruff: noqa: N803 - scikit-learn's contract names the matrix X

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dwell.models.link import Floats

Integers = np.ndarray[Any, np.dtype[np.intp]]
JITTER = 1e-8
TOLERANCE = 1e-5
"""The search ends when a step gains less than this share of the log posterior: predictions no longer change."""
FAILED = 1e10
"""Objective where the kernel matrix cannot be factorised, so that the search turns back."""


def _prior(columns: int) -> tuple[Floats, Floats]:
    """Means and deviations of the logs of: smooth variance, length scales, linear variance, noise variance.

    Standardised rows lie about sqrt(2 x columns) apart, so length scales start near sqrt(columns); noise starts at a
    fifth of the variance.
    """
    scales = np.full(columns, 0.5 * np.log(columns) + 0.3)
    mean = np.concatenate([[0.0], scales, [np.log(0.3), np.log(0.2)]])
    spread = np.concatenate([[1.0], np.ones(columns), [1.5, 1.0]])
    return mean, spread


def _squares(left: Floats, right: Floats) -> Floats:
    """Squared differences per column, shape (columns, left rows, right rows)."""
    return np.asarray((left.T[:, :, None] - right.T[:, None, :]) ** 2, dtype=np.float64)


class _Posterior:
    """The negative log posterior of the hyper-parameters on fixed rows, and its gradient.

    Matrices are symmetric, so only the pairs of a lower triangle are computed.
    """

    def __init__(self, X: Floats, y: Floats) -> None:
        self.rows, self.columns = X.shape
        first, second = np.tril_indices(self.rows)
        self.cells = first * self.rows + second
        self.diagonal = np.arange(self.rows) * (self.rows + 1)
        self.twice = np.where(first == second, 1.0, 2.0)
        self.squares = np.ascontiguousarray(((X[first] - X[second]) ** 2).T)
        self.linear = np.einsum("ij,ij->i", X[first], X[second]) / self.columns
        self.pairs = first, second
        self.y = y
        self.mean, self.spread = _prior(self.columns)

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        columns = self.columns
        smooth_variance, linear_variance, noise = np.exp(point[[0, columns + 1, columns + 2]])
        weights = np.exp(-2.0 * point[1 : columns + 1])
        smooth = smooth_variance * np.exp(-0.5 * (weights @ self.squares))
        kernel = np.zeros(self.rows * self.rows)
        kernel[self.cells] = smooth + linear_variance * self.linear
        kernel[self.diagonal] += noise + JITTER
        # LAPACK reads columns first: the lower triangle of numpy is its upper one.
        factor, failed = dpotrf(kernel.reshape(self.rows, self.rows).T, lower=0, clean=0, overwrite_a=1)
        if failed:
            return FAILED, np.zeros_like(point)
        alpha = dpotrs(factor, self.y, lower=0)[0]
        half_log_determinant = np.log(np.diag(factor)).sum()
        inverse = dpotri(factor, lower=0, overwrite_c=1)[0].T.ravel()
        first, second = self.pairs
        inner = self.twice * (alpha[first] * alpha[second] - inverse[self.cells])
        weighted = inner * smooth
        gradient = 0.5 * np.concatenate(
            [
                [weighted.sum()],
                weights * (self.squares @ weighted),
                [linear_variance * (inner @ self.linear), noise * (alpha @ alpha - inverse[self.diagonal].sum())],
            ]
        )
        offset = (point - self.mean) / self.spread
        value = 0.5 * self.y @ alpha + half_log_determinant + 0.5 * offset @ offset
        return float(value), offset / self.spread - gradient


class GaussianProcess(RegressorMixin, BaseEstimator):
    """Gaussian process regression on standardised columns, deterministic.

    Args:
        max_iter: Steps of the search for hyper-parameters.
        max_tuning_rows: Rows (evenly spaced) used in the search; its cost grows with their cube.
        max_rows: Rows (evenly spaced) that predictions are conditioned on.

    Attributes:
        point_: Log hyper-parameters: smooth variance, length scales, linear variance, noise variance.
        noise_sd_: Standard deviation of the noise, in units of y.
        n_iter_: Steps that the search took.
    """

    def __init__(self, max_iter: int = 40, max_tuning_rows: int = 80, max_rows: int = 1000) -> None:
        self.max_iter = max_iter
        self.max_tuning_rows = max_tuning_rows
        self.max_rows = max_rows

    def fit(self, X: Floats, y: Floats) -> Self:
        """Finds the hyper-parameters and conditions on the rows."""
        return self.learn(*validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2))

    def learn(self, X: Floats, y: Floats) -> Self:
        """`fit` without checking the rows."""
        self.n_features_in_ = X.shape[1]
        self.y_mean_, spread = float(y.mean()), float(y.std())
        self.y_scale_ = spread if spread > 1e-12 * max(1.0, abs(self.y_mean_)) else 1.0
        standard = (y - self.y_mean_) / self.y_scale_
        tuning = _evenly_spaced(len(X), self.max_tuning_rows)
        posterior = _Posterior(X[tuning], standard[tuning])
        limits = [(m - 4 * s, m + 4 * s) for m, s in zip(posterior.mean, posterior.spread, strict=True)]
        options = {"maxiter": self.max_iter, "ftol": TOLERANCE}
        optimum = minimize(posterior, posterior.mean, jac=True, method="L-BFGS-B", bounds=limits, options=options)
        self.point_ = optimum.x
        self.n_iter_ = max(1, int(optimum.nit))
        conditioned = _evenly_spaced(len(X), self.max_rows)
        self.X_fit_ = X[conditioned]
        noise = float(np.exp(self.point_[-1]))
        kernel = self._kernel(self.X_fit_) + (noise + JITTER) * np.eye(len(conditioned))
        self.alpha_ = cho_solve(cho_factor(kernel, lower=True), standard[conditioned])
        self.noise_sd_ = float(np.sqrt(noise) * self.y_scale_)
        return self

    def predict(self, X: Floats) -> Floats:
        """The posterior mean."""
        check_is_fitted(self)
        return self.expect(validate_data(self, X, dtype=np.float64, reset=False))

    def expect(self, X: Floats) -> Floats:
        """`predict` without checking X."""
        return np.asarray(self.y_mean_ + self.y_scale_ * (self._kernel(X) @ self.alpha_), dtype=np.float64)

    def _kernel(self, X: Floats) -> Floats:
        columns = X.shape[1]
        weights = np.exp(-2.0 * self.point_[1 : columns + 1])
        smooth = np.exp(self.point_[0] - 0.5 * np.tensordot(weights, _squares(X, self.X_fit_), 1))
        return np.asarray(smooth + np.exp(self.point_[columns + 1]) * (X @ self.X_fit_.T) / columns, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        arrays = {name: getattr(self, name).tolist() for name in ("point_", "X_fit_", "alpha_")}
        return {"y_mean_": self.y_mean_, "y_scale_": self.y_scale_, "noise_sd_": self.noise_sd_, **arrays}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted process that `state` describes."""
        process = cls()
        for name in ("point_", "X_fit_", "alpha_"):
            setattr(process, name, np.array(state[name], dtype=np.float64))
        for name in ("y_mean_", "y_scale_", "noise_sd_"):
            setattr(process, name, float(state[name]))
        process.n_features_in_ = process.X_fit_.shape[1]
        return process


def _evenly_spaced(rows: int, most: int) -> Integers:
    """At most `most` row numbers, evenly spaced over all of them."""
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(np.intp)
