"""The linear member of the model: ridge regression on all columns and the square of the first (log duration)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.linear_model import RidgeCV

from dwell.models.targets import Floats

PENALTIES = np.logspace(-2, 3, 11)


class CurvedRidge:
    """Ridge whose penalty is chosen by leave-one-out on the rows of `fit`.

    The first column (log duration) also enters squared, since the effect of length is curved.
    """

    def fit(self, columns: Floats, y: Floats) -> Self:
        """Chooses the penalty and solves."""
        fitted = RidgeCV(PENALTIES).fit(_curved(columns), y)
        self.coefficients = np.asarray(fitted.coef_, dtype=np.float64)
        self.intercept = float(fitted.intercept_)
        self.penalty = float(fitted.alpha_)
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
