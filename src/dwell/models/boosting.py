"""Gradient boosted trees of depth 2, many fits grown together, whose fitted form is a few readable arrays.

A cross-validation fits the same small trees dozens of times, and scikit-learn spends most of that on checking its
arguments. Here one step of numpy grows one tree of every fit. The trees are those of scikit-learn's
`GradientBoostingRegressor` (squared error, thresholds in the middle of two neighbours, single precision); only the
random rows of each tree differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dwell.models.link import Floats

Integers = NDArray[np.intp]
DEPTH = 2
LEARNING_RATE = 0.07
SUBSAMPLE = 0.7
_NODES = 7
_LEFT = np.array([1, 3, 5, 3, 4, 5, 6])
_RIGHT = np.array([2, 4, 6, 3, 4, 5, 6])
_SAME = 1e-7
"""Values closer than this are not split, as in scikit-learn."""
_CHUNK = 20_000
"""Cells (fits x columns x rows) grown in one step: more would leave the processor's cache."""


class BoostedTrees:
    """Depth-2 boosting of squared error, seeded.

    Arrays have one row per tree and one column per node; a leaf is its own child.
    """

    start: float
    feature: Integers
    threshold: Floats
    left: Integers
    right: Integers
    value: Floats

    def __init__(self, n_estimators: int = 150, random_state: int = 0, subsample: float = SUBSAMPLE) -> None:
        self.n_estimators = n_estimators
        self.random_state = random_state
        self.subsample = subsample

    def fit(self, columns: Floats, y: Floats) -> Self:
        """Grows the trees and stores them as arrays."""
        grow_together([self], [columns], [y])
        return self

    def predict(self, columns: Floats) -> Floats:
        """Sum of the leaves that each row reaches; compared in single precision, as they were grown."""
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


def grow_together(fits: Sequence[BoostedTrees], columns: Sequence[Floats], targets: Sequence[Floats]) -> None:
    """Fits several ensembles; each is, up to rounding, the same as fitted alone.

    Args:
        fits: Unfitted ensembles with equal settings.
        columns: Standardised columns of each, which may differ in shape.
        targets: Target of each.
    """
    cells = max(matrix.size for matrix in columns)
    step = max(1, _CHUNK // max(1, cells))
    for first in range(0, len(fits), step):
        part = slice(first, first + step)
        _grow_chunk(fits[part], columns[part], targets[part])


def _grow_chunk(fits: Sequence[BoostedTrees], columns: Sequence[Floats], targets: Sequence[Floats]) -> None:
    forest = _Forest(columns, targets)
    trees, seed = fits[0].n_estimators, fits[0].random_state
    bags = _bags([len(y) for y in targets], forest.residual.shape[1], trees, seed, fits[0].subsample)
    for number in range(trees):
        forest.grow_tree(bags[number])
    for place, fit in enumerate(fits):
        feature, threshold = np.array(forest.features)[:, place], np.array(forest.thresholds)[:, place]
        split = feature >= 0
        fit.start, fit.value = float(forest.start[place]), np.array(forest.values)[:, place]
        fit.feature, fit.threshold = np.where(split, feature, 0), np.where(split, threshold, 0.0)
        fit.left = np.where(split, _LEFT, np.arange(_NODES))
        fit.right = np.where(split, _RIGHT, np.arange(_NODES))


def _bags(rows: Sequence[int], width: int, trees: int, seed: int, share: float) -> NDArray[np.bool_]:
    """Which rows each tree sees, shape (trees, fits, width). They depend on a fit's own number of rows alone."""
    bags = np.zeros((trees, len(rows), width), dtype=bool)
    for count in set(rows):
        order = np.random.default_rng((seed, count)).random((trees, count)).argsort(axis=1)
        chosen = np.zeros((trees, count), dtype=bool)
        np.put_along_axis(chosen, order[:, : max(1, int(share * count))], values=True, axis=1)
        bags[:, [place for place, n in enumerate(rows) if n == count], :count] = chosen[:, None, :]
    return bags


class _Forest:
    """Trees of several fits, grown side by side.

    Attributes:
        start: Mean target of each fit.
        residual: What is left to explain, shape (fits, rows); rows that a fit lacks are 0.
        features: Per tree the column of each node's split, shape (fits, nodes); -1 for a leaf.
        thresholds: Per tree the largest value that goes left.
        values: Per tree what each node adds.
    """

    def __init__(self, columns: Sequence[Floats], targets: Sequence[Floats]) -> None:
        fits, rows = len(columns), max(len(y) for y in targets)
        width = max(matrix.shape[1] for matrix in columns)
        self.columns = np.full((fits, width, rows), np.inf, dtype=np.float32)
        self.residual = np.zeros((fits, rows))
        self.start = np.array([y.mean() for y in targets])
        for place, (matrix, y) in enumerate(zip(columns, targets, strict=True)):
            self.columns[place, : matrix.shape[1], : len(y)] = matrix.T
            self.columns[place, matrix.shape[1] :] = 0.0
            self.residual[place, : len(y)] = y - self.start[place]
        self.order = self.columns.argsort(axis=2, kind="stable")
        self.sorted = np.take_along_axis(self.columns, self.order, axis=2)
        gaps = np.zeros(self.sorted.shape, dtype=bool)
        gaps[:, :, :-1] = self.sorted[:, :, 1:] > self.sorted[:, :, :-1] + np.float32(_SAME)
        self.gaps = gaps
        self.flat_order = self.order + (np.arange(fits) * rows)[:, None, None]
        self.places = np.arange(fits)
        self.features: list[Integers] = []
        self.thresholds: list[Floats] = []
        self.values: list[Floats] = []

    def grow_tree(self, bag: NDArray[np.bool_]) -> None:
        """Adds one tree to every fit and takes its predictions off the residual.

        Args:
            bag: The rows that the trees may see, shape (fits, rows).
        """
        fits = len(self.start)
        feature = np.full((fits, _NODES), -1, dtype=np.intp)
        threshold = np.zeros((fits, _NODES))
        value = np.zeros((fits, _NODES))
        inside = bag.astype(np.float64)
        sums, counts = self._running(self.residual * inside), self._running(inside)
        value[:, 0] = LEARNING_RATE * sums[:, 0, -1] / counts[:, 0, -1]
        feature[:, 0], threshold[:, 0] = self._best_split(sums, counts, bag)
        left = self._goes_left(feature[:, 0], threshold[:, 0])
        left_inside = inside * left
        left_sums, left_counts = self._running(self.residual * left_inside), self._running(left_inside)
        halves = ((1, left, left_sums, left_counts), (2, ~left, sums - left_sums, counts - left_counts))
        step = np.zeros_like(self.residual)
        for node, rows, node_sums, node_counts in halves:
            feature[:, node], threshold[:, node] = self._best_split(node_sums, node_counts, bag & rows)
            lower = rows & self._goes_left(feature[:, node], threshold[:, node])
            for leaf, members in ((2 * node + 1, lower), (2 * node + 2, rows & ~lower)):
                seen = inside * members
                means = (self.residual * seen).sum(axis=1) / np.maximum(1.0, seen.sum(axis=1))
                value[:, leaf] = LEARNING_RATE * means
                step += members * value[:, leaf, None]
            value[:, node] = LEARNING_RATE * node_sums[:, 0, -1] / np.maximum(1.0, node_counts[:, 0, -1])
        self.residual -= step
        self.features.append(feature)
        self.thresholds.append(threshold)
        self.values.append(value)

    def _running(self, weights: Floats) -> Floats:
        """Sums of `weights` over the rows up to each place of each sorted column."""
        return np.asarray(weights.ravel()[self.flat_order].cumsum(axis=2), dtype=np.float64)

    def _best_split(self, sums: Floats, counts: Floats, seen: NDArray[np.bool_]) -> tuple[Integers, Floats]:
        """Column and threshold with the largest gain among the rows `seen`; -1 and infinity where none divides them."""
        right_sums, right_counts = sums[:, :, -1:] - sums, counts[:, :, -1:] - counts
        gain = sums * sums / np.maximum(counts, 1.0) + right_sums * right_sums / np.maximum(right_counts, 1.0)
        gain[~(self.gaps & (counts > 0) & (right_counts > 0))] = -np.inf
        best = gain.reshape(len(gain), -1).argmax(axis=1)
        column, place = np.divmod(best, gain.shape[2])
        divides = np.isfinite(gain[self.places, column, place])
        present = np.take_along_axis(seen, self.order[self.places, column], axis=1)
        values = self.sorted[self.places, column].astype(np.float64)
        before = np.arange(gain.shape[2]) <= place[:, None]
        low = np.where(present & before, values, -np.inf).max(axis=1)
        high = np.where(present & ~before, values, np.inf).min(axis=1)
        with np.errstate(invalid="ignore"):
            middle = low / 2 + high / 2
        return np.where(divides, column, -1), np.where(divides, middle, np.inf)

    def _goes_left(self, column: Integers, threshold: Floats) -> NDArray[np.bool_]:
        return self.columns[self.places, np.maximum(column, 0)] <= threshold[:, None]
