"""Groups of retention curves of a like shape, each with a name that says what the curve does."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dwell.metrics.retention_columns import FRACTIONS

Curves = NDArray[np.float64]
Labels = NDArray[np.intp]
MIN_CURVES = 30
"""Fewer curves have no groups that another month would show again."""
MOST_GROUPS = 5
MIN_SILHOUETTE = 0.25
"""Below it, groups are no groups (Kaufman & Rousseeuw 1990)."""
MIN_STABILITY = 0.75
"""Adjusted Rand index of the groups found in two halves of the curves; lower ones another sample would not give."""

_STARTS = 5
_SAMPLE = 1_000  # curves from which groups are made; all others join the nearest. Pairs of 10,000 would take a minute
_COMES_BACK, _HOLDS, _EARLY, _LATE = 0.03, 0.5, 0.6, 0.5
_QUARTER = len(FRACTIONS) // 4
AT = tuple(f"at_{place}" for place in FRACTIONS)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of an account's curves.

    Attributes:
        names: Post id -> name of its shape; empty where there are too few curves.
        rows: One per shape, most posts first: `shape`, `n`, `share` of the curves, `full_watch_median`,
            `full_watch_n`, and `curve`: the median share at each of the 21 places of the length.
        verdict: How many shapes there are, or why none.
        silhouette: How well the groups are apart, -1 to 1; None where all curves are one group.
        stability: Whether two halves of the curves give the same groups, up to 1; None likewise.
    """

    names: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    verdict: str
    silhouette: float | None = None
    stability: float | None = None


def find_shapes(curves: Sequence[Mapping[str, Any]]) -> Shapes:
    """Group curves by their share at each 5 % of the length, and name the groups; the same rows give the same groups.

    k-means with the number of groups, up to 5, whose silhouette is highest among those that two halves of the curves
    agree on. Where none is good enough all curves are one group. Groups of one name are one.

    Args:
        curves: Rows of `retention_curves`; those that are known along the whole length are grouped.
    """
    whole = [row for row in curves if all(row[name] is not None for name in AT)]
    if len(whole) < MIN_CURVES:
        known = f"{len(whole)} curves are known along the whole video"
        return Shapes({}, [], f"No shapes: {known}, {MIN_CURVES} are needed.")
    points = np.array([[row[name] for name in AT] for row in whole], dtype=np.float64)
    labels, silhouette, stability = _group(points)
    names = {label: name_shape(np.median(points[labels == label], axis=0)) for label in np.unique(labels)}
    of_row = [names[label] for label in labels]
    rows = [_describe(name, whole, points, of_row) for name in sorted(set(of_row))]
    rows.sort(key=lambda row: (-row["n"], row["shape"]))
    verdict = (
        f"One shape: the {len(whole)} curves do not fall into groups."
        if len(rows) == 1
        else f"{len(rows)} shapes of {len(whole)} curves; curves in between belong to the nearest."
    )
    posts = [str(row["post_id"]) for row in whole]
    return Shapes(dict(zip(posts, of_row, strict=True)), rows, verdict, silhouette, stability)


def name_shape(curve: Curves) -> str:
    """What a curve does, in words.

    Args:
        curve: Its share at each 5 % of the length, 21 numbers.
    """
    lowest = np.minimum.accumulate(curve)
    lost, early, late = curve[0] - curve[-1], curve[0] - curve[_QUARTER], curve[-1 - _QUARTER] - curve[-1]
    if float((curve - lowest).max()) >= _COMES_BACK:
        return "comes back"
    if curve[-1] >= _HOLDS * curve[0]:
        return "holds to the end"
    if early >= _EARLY * lost:
        return "early drop, then flat"
    return "holds, then falls late" if late >= _LATE * lost else "steady fall"


def _describe(name: str, whole: Sequence[Mapping[str, Any]], points: Curves, of_row: Sequence[str]) -> dict[str, Any]:
    mine = np.array([one == name for one in of_row])
    watched = [row["full_watch_rate"] for row, one in zip(whole, mine, strict=True) if one]
    known = [rate for rate in watched if rate is not None]
    return {
        "shape": name,
        "n": int(mine.sum()),
        "share": float(mine.mean()),
        "full_watch_median": float(np.median(known)) if known else None,
        "full_watch_n": len(known),
        "curve": [float(share) for share in np.median(points[mine], axis=0)],
    }


def _group(points: Curves) -> tuple[Labels, float | None, float | None]:
    """The number of each curve's group, silhouette and stability; one group where none is good enough."""
    # Drawn, because every second post may be of one series; from a fixed seed, so that an answer does not change.
    sample = points[np.random.default_rng(0).permutation(len(points))[:_SAMPLE]]
    good: list[tuple[float, int, float, Curves]] = []
    for groups in range(2, MOST_GROUPS + 1):
        centres = _centres(sample, groups)
        silhouette, stability = _silhouette(sample, _nearest(sample, centres)), _stability(sample, groups)
        if silhouette >= MIN_SILHOUETTE and stability >= MIN_STABILITY:
            good.append((silhouette, -groups, stability, centres))
    if not good:
        return np.zeros(len(points), dtype=np.intp), None, None
    silhouette, _, stability, centres = max(good, key=lambda entry: entry[:2])
    return _nearest(points, centres), silhouette, stability


def _centres(points: Curves, groups: int) -> Curves:
    """k-means: the centres with the smallest sum of squared distances of several starts."""
    from scipy.cluster.vq import kmeans2

    found: list[Curves] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a start may end with an empty group; another one does not
        found = [kmeans2(points, groups, minit="++", rng=start)[0] for start in range(_STARTS)]
    return min(found, key=lambda centres: float(_distances(points, centres).min(axis=1).sum()))


def _distances(points: Curves, centres: Curves) -> Curves:
    """Squared distances, one row per point, one column per centre."""
    squares = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :]
    distances: Curves = np.maximum(squares - 2 * points @ centres.T, 0.0)
    return distances


def _nearest(points: Curves, centres: Curves) -> Labels:
    nearest: Labels = _distances(points, centres).argmin(axis=1)
    return nearest


def _stability(points: Curves, groups: int) -> float:
    """The adjusted Rand index (Hubert & Arabie 1985) of the groups that each half of the curves gives to all.

    Args:
        points: Curves in a random order.
        groups: How many groups.
    """
    mine, theirs = (_nearest(points, _centres(points[start::2], groups)) for start in (0, 1))
    table = np.zeros((groups, groups))
    np.add.at(table, (mine, theirs), 1)

    def pairs(counts: Curves) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(np.array([table.sum()]))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _silhouette(points: Curves, labels: Labels) -> float:
    """The mean silhouette (Rousseeuw 1987) of the curves; -1 with a single group."""
    groups = np.unique(labels)
    if len(groups) < 2:
        return -1.0
    distances = np.sqrt(_distances(points, points))
    sums = np.stack([distances[:, labels == group].sum(axis=1) for group in groups], axis=1)
    sizes = np.array([(labels == group).sum() for group in groups])
    own = np.searchsorted(groups, labels)
    at = np.arange(len(points))
    inside = sums[at, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[at, own] = np.inf
    outside = means.min(axis=1)
    largest = np.maximum(inside, outside)
    widths = np.divide(outside - inside, largest, out=np.zeros_like(largest), where=largest > 0)
    return float(np.where(sizes[own] > 1, widths, 0.0).mean())
