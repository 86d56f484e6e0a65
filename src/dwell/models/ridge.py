"""The linear member of the model: ridge regression on all columns and the square of the first (log duration)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from dwell.models.link import Floats

PENALTIES = np.logspace(-2, 3, 11)


class CurvedRidge:
    """Ridge whose penalty is chosen by leave-one-out on the rows of `fit`.

    The first column (log duration) also enters squared, since the effect of length is curved. The errors that leave
    each row out follow from one singular value decomposition, as in scikit-learn's `RidgeCV`, without its checks.
    """

    def fit(self, columns: Floats, y: Floats) -> Self:
        """Chooses the penalty and solves."""
        matrix = _curved(columns)
        middle, mean = matrix.mean(axis=0), float(y.mean())
        left, sizes, right = np.linalg.svd(matrix - middle, full_matrices=False)
        projected = left.T @ (y - mean)
        shrunk = sizes[:, None] ** 2 / (sizes[:, None] ** 2 + PENALTIES)
        residual = (y - mean)[:, None] - left @ (shrunk * projected[:, None])
        leverage = 1.0 / len(y) + (left**2) @ shrunk
        errors = ((residual / np.maximum(1.0 - leverage, 1e-12)) ** 2).sum(axis=0)
        self.penalty = float(PENALTIES[int(errors.argmin())])
        self.coefficients = np.asarray(right.T @ (sizes / (sizes**2 + self.penalty) * projected), dtype=np.float64)
        self.intercept = mean - float(middle @ self.coefficients)
        return self

    def predict(self, columns: Floats) -> Floats:
        """The linear prediction."""
        return np.asarray(self.intercept + _curved(columns) @ self.coefficients, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        return {"coefficients": self.coefficients.tolist(), "intercept": self.intercept, "penalty": self.penalty}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted ridge that `state` describes."""
        ridge = cls()
        ridge.coefficients = np.array(state["coefficients"], dtype=np.float64)
        ridge.intercept = float(state["intercept"])
        ridge.penalty = float(state["penalty"])
        return ridge


def _curved(columns: Floats) -> Floats:
    return np.column_stack([columns, columns[:, 0] ** 2])
