"""Gradient boosted trees whose fitted form is a few readable arrays instead of a pickle.

scikit-learn grows the trees; prediction walks the arrays, so a model read from a file predicts what the fitted one
predicted, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn import config_context
from sklearn.ensemble import GradientBoostingRegressor

from dwell.models.targets import Floats

Integers = np.ndarray[Any, np.dtype[np.intp]]
DEPTH = 2
LEARNING_RATE = 0.07
SUBSAMPLE = 0.7


class BoostedTrees:
    """Depth-2 boosting of squared error, seeded.

    Arrays have one row per tree and one column per node; a leaf is its own child.
    """

    def __init__(self, n_estimators: int = 150, random_state: int = 0) -> None:
        self.n_estimators = n_estimators
        self.random_state = random_state

    def fit(self, columns: Floats, y: Floats) -> Self:
        """Grows the trees and stores them as arrays."""
        # Checking the settings of 150 tiny trees would take a third of the time.
        with config_context(skip_parameter_validation=True):
            grown = GradientBoostingRegressor(
                max_depth=DEPTH,
                n_estimators=self.n_estimators,
                learning_rate=LEARNING_RATE,
                subsample=SUBSAMPLE,
                random_state=self.random_state,
            ).fit(columns, y)
        trees = [tree.tree_ for tree in grown.estimators_[:, 0]]
        shape = (len(trees), max(tree.node_count for tree in trees))
        self.start = float(grown.init_.constant_[0, 0])
        self.feature = np.zeros(shape, dtype=np.intp)
        self.threshold = np.zeros(shape)
        self.left = np.tile(np.arange(shape[1]), (shape[0], 1))
        self.right = self.left.copy()
        self.value = np.zeros(shape)
        for line, tree in enumerate(trees):
            inner = np.flatnonzero(tree.children_left >= 0)
            self.feature[line, inner] = tree.feature[inner]
            self.threshold[line, inner] = tree.threshold[inner]
            self.left[line, inner] = tree.children_left[inner]
            self.right[line, inner] = tree.children_right[inner]
            self.value[line, : tree.node_count] = LEARNING_RATE * tree.value[:, 0, 0]
        return self

    def predict(self, columns: Floats) -> Floats:
        """Sum of the leaves that each row reaches; compared in single precision, as scikit-learn grew them."""
        single = columns.astype(np.float32)
        lines = np.arange(len(self.feature))
        node: Integers = np.zeros((len(columns), len(self.feature)), dtype=np.intp)
        rows = np.arange(len(columns))[:, None]
        for _ in range(DEPTH):
            goes_left = single[rows, self.feature[lines, node]] <= self.threshold[lines, node]
            node = np.where(goes_left, self.left[lines, node], self.right[lines, node])
        return np.asarray(self.start + self.value[lines, node].sum(axis=1), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """The fitted state, as JSON values."""
        arrays = ("feature", "threshold", "left", "right", "value")
        return {"start": self.start, **{name: getattr(self, name).tolist() for name in arrays}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The fitted trees that `state` describes."""
        trees = cls(n_estimators=len(state["feature"]))
        trees.start = float(state["start"])
        for name in ("threshold", "value"):
            setattr(trees, name, np.array(state[name], dtype=np.float64))
        for name in ("feature", "left", "right"):
            setattr(trees, name, np.array(state[name], dtype=np.intp))
        return trees
