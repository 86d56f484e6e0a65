"""How often the measured value is inside the interval, on posts unseen by the model and its calibration.

The out-of-fold errors of the evaluation serve twice: each fold is tested with the widths that the errors of the other
folds give. Later posts are tested with the errors of rolling fits on the posts before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dwell.models.evaluation import Evaluation, splits
from dwell.models.forward import MIN_ROWS, later_rows, rolling_errors, rolling_splits
from dwell.models.intervals import LEVEL, Calibration
from dwell.models.link import Floats, from_link, to_link
from dwell.models.predictors import Predicted
from dwell.models.sample import Integers, Labels, Sample

Booleans = np.ndarray[Any, np.dtype[np.bool_]]
NOT_CHECKED: dict[str, Any] = {
    "level": LEVEL,
    "coverage": None,
    "coverage_by_bucket": {},
    "rows_by_bucket": {},
    "mean_width": None,
    "coverage_forward": None,
}


@dataclass(frozen=True)
class Coverage:
    """Whether posts were inside intervals that other posts gave them.

    Attributes:
        inside: Of unseen posts of the same period, shape (repetitions, posts).
        width: Width of each interval, limited to 0 .. ceiling; same shape.
        later: Numbers of the newest 40 % of the posts with a finite interval from rolling errors before them.
        later_inside: Whether each of them was inside.
    """

    inside: Booleans
    width: Floats
    later: Integers
    later_inside: Booleans

    def shares(self, rows: Booleans) -> dict[str, float | None]:
        """`coverage`, `mean_width` and `coverage_forward` of some posts.

        Args:
            rows: True for each post that counts.
        """
        later = self.later_inside[rows[self.later]]
        return {
            "coverage": float(self.inside[:, rows].mean()),
            "mean_width": float(self.width[:, rows].mean()),
            "coverage_forward": float(later.mean()) if len(later) >= MIN_ROWS else None,
        }

    def report(self, sample: Sample) -> dict[str, Any]:
        """The part of a fit's report about intervals: NOT_CHECKED with its figures."""
        buckets = {str(bucket): sample.buckets == bucket for bucket in np.unique(sample.buckets)}
        return {
            "level": LEVEL,
            **self.shares(np.ones(len(sample), dtype=bool)),
            "coverage_by_bucket": {bucket: float(self.inside[:, rows].mean()) for bucket, rows in buckets.items()},
            "rows_by_bucket": {bucket: int(rows.sum()) for bucket, rows in buckets.items()},
        }


def measure_coverage(sample: Sample, evaluation: Evaluation, ceiling: float) -> Coverage:
    """Counts how many posts are inside the interval that other posts give them.

    Args:
        sample: The posts.
        evaluation: Its evaluation.
        ceiling: The target's ceiling.
    """
    rolling = evaluation.forward.rolling
    nothing = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=bool)
    later = nothing if rolling is None else _later_inside(sample, rolling, ceiling)
    return Coverage(*held_out(sample, evaluation.model.links, ceiling), *later)


def held_out(sample: Sample, links: Floats, ceiling: float) -> tuple[Booleans, Floats]:
    """Whether each post is inside its interval, and how wide that is; shape (repetitions, posts)."""
    errors = to_link(sample.y, ceiling) - links
    inside, width = np.zeros(links.shape, dtype=bool), np.zeros(links.shape)
    for number, line in enumerate(errors):
        for train, test in splits(len(sample), number):
            known = Calibration(line[train], sample.buckets[train], LEVEL, sample.handles[train])
            half = half_widths(known, sample.buckets[test], sample.handles[test])
            inside[number, test] = np.abs(line[test]) <= half
            ends = from_link(links[number, test] + half, ceiling), from_link(links[number, test] - half, ceiling)
            width[number, test] = ends[0] - ends[1]
    return inside, width


def half_widths(known: Calibration, buckets: Labels, handles: Labels) -> Floats:
    """Half widths of posts of several accounts."""
    half = np.empty(len(buckets))
    for handle in np.unique(handles):
        rows = handles == handle
        half[rows] = known.of_account(str(handle)).half_widths(buckets[rows])
    return half


def calibrate_later(sample: Sample, rolling: Predicted | None, ceiling: float) -> Calibration | None:
    """The errors of rolling fits, for intervals of posts after the newest; None where there are too few for a width."""
    if rolling is None:
        return None
    rows, errors = rolling_errors(sample, rolling, to_link(sample.y, ceiling))
    known = Calibration(errors, sample.buckets[rows], LEVEL, sample.handles[rows])
    return known if np.isfinite(known.half_width("")) else None


def _later_inside(sample: Sample, rolling: Predicted, ceiling: float) -> tuple[Integers, Booleans]:
    """The newest 40 % of the posts with a finite width from rolling errors before them, and whether each is inside."""
    error = to_link(sample.y, ceiling) - rolling.link
    tested = np.isin(np.arange(len(sample)), later_rows(sample))
    rows, inside = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=bool)]
    for train, test in rolling_splits(sample):
        before, asked = train[np.isfinite(error[train])], test[tested[test]]
        known = Calibration(error[before], sample.buckets[before], LEVEL, sample.handles[before])
        half = half_widths(known, sample.buckets[asked], sample.handles[asked])
        finite = np.isfinite(half)
        rows.append(asked[finite])
        inside.append(np.abs(error[asked])[finite] <= half[finite])
    return np.concatenate(rows), np.concatenate(inside)
