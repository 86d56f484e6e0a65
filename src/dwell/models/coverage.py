"""How often the measured value is inside the interval, on posts unseen by the model and its calibration.

The out-of-fold errors of the evaluation serve twice: each fold is tested with the widths that the errors of the other
folds give. Later posts are tested with the errors of rolling fits on the posts before them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dwell.models.evaluation import Evaluation, splits
from dwell.models.forward import MIN_ROWS, later_rows, rolling_errors, rolling_splits
from dwell.models.intervals import LEVEL, Calibration
from dwell.models.sample import Sample
from dwell.models.targets import Floats, from_link, to_link

Inside = np.ndarray[Any, np.dtype[np.bool_]]
NOT_CHECKED: dict[str, Any] = {
    "level": LEVEL,
    "coverage": None,
    "coverage_by_bucket": {},
    "rows_by_bucket": {},
    "mean_width": None,
    "coverage_forward": None,
}


def measure_coverage(sample: Sample, evaluation: Evaluation, ceiling: float) -> dict[str, Any]:
    """Counts how many posts are inside the interval that other posts give them.

    Args:
        sample: The posts.
        evaluation: Its evaluation.
        ceiling: The target's ceiling.

    Returns:
        `level`, `coverage`, `coverage_by_bucket`, `rows_by_bucket`, `mean_width` (of the interval, limited to 0 ..
        ceiling), `coverage_forward` (of the newest 40 %; None where times are unknown or too few).
    """
    inside, width = held_out(sample, evaluation.model.links, ceiling)
    buckets = {str(bucket): sample.buckets == bucket for bucket in np.unique(sample.buckets)}
    later = _later_inside(sample, evaluation, ceiling)
    return {
        "level": LEVEL,
        "coverage": float(inside.mean()),
        "coverage_by_bucket": {bucket: float(inside[:, rows].mean()) for bucket, rows in buckets.items()},
        "rows_by_bucket": {bucket: int(rows.sum()) for bucket, rows in buckets.items()},
        "mean_width": float(width.mean()),
        "coverage_forward": float(later.mean()) if len(later) >= MIN_ROWS else None,
    }


def held_out(sample: Sample, links: Floats, ceiling: float) -> tuple[Inside, Floats]:
    """Whether each post is inside its interval, and how wide that is; shape (repetitions, posts)."""
    errors = to_link(sample.y, ceiling) - links
    inside, width = np.zeros(links.shape, dtype=bool), np.zeros(links.shape)
    for number, line in enumerate(errors):
        for train, test in splits(len(sample), number):
            half = Calibration(line[train], sample.buckets[train]).half_widths(sample.buckets[test])
            inside[number, test] = np.abs(line[test]) <= half
            ends = from_link(links[number, test] + half, ceiling), from_link(links[number, test] - half, ceiling)
            width[number, test] = ends[0] - ends[1]
    return inside, width


def _later_inside(sample: Sample, evaluation: Evaluation, ceiling: float) -> Inside:
    """Whether each of the newest 40 % is inside the interval from rolling errors before it, where that is finite."""
    rolling = evaluation.forward.rolling
    if rolling is None:
        return np.zeros(0, dtype=bool)
    rows, errors = rolling_errors(sample, rolling, to_link(sample.y, ceiling))
    error, tested = dict(zip(rows.tolist(), errors, strict=True)), set(later_rows(sample).tolist())
    inside: list[bool] = []
    for train, test in rolling_splits(sample):
        before = np.array([row for row in train.tolist() if row in error], dtype=np.intp)
        asked = [row for row in test.tolist() if row in tested]
        known = Calibration(np.array([error[row] for row in before.tolist()]), sample.buckets[before])
        half = known.half_widths(sample.buckets[asked]) if len(before) else np.full(len(asked), np.inf)
        inside += [abs(error[row]) <= width for row, width in zip(asked, half, strict=True) if np.isfinite(width)]
    return np.array(inside, dtype=bool)
