"""How often the measured value is inside the interval, on posts unseen by the model and its calibration."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwell.models.completion import BlendRegressor
from dwell.models.evaluation import FORWARD_TRAIN_SHARE, MIN_FORWARD_ROWS, splits
from dwell.models.intervals import LEVEL, calibrate
from dwell.models.sample import Integers, Sample
from dwell.models.targets import Floats, from_link, to_link

NOT_CHECKED: dict[str, Any] = {
    "level": LEVEL,
    "coverage": None,
    "coverage_by_bucket": {},
    "rows_by_bucket": {},
    "mean_width": None,
    "coverage_forward": None,
}


def measure_coverage(sample: Sample, ceiling: float) -> dict[str, Any]:
    """Fits, calibrates and tests in each fold of the first repetition, and once forward in time.

    Args:
        sample: The posts.
        ceiling: The target's ceiling.

    Returns:
        `level`, `coverage`, `coverage_by_bucket`, `rows_by_bucket`, `mean_width` (of the interval, limited to 0 ..
        ceiling), `coverage_forward` (oldest 60 % against the rest; None where times are unknown or too few).
    """
    inside = np.zeros(len(sample), dtype=bool)
    width = np.zeros(len(sample))
    for train, test in splits(len(sample), 0):
        inside[test], width[test] = _check_split(sample, train, test, ceiling)
    buckets = {str(bucket): sample.buckets == bucket for bucket in np.unique(sample.buckets)}
    order = sample.rows_by_time()
    cut = int(len(order) * FORWARD_TRAIN_SHARE)
    later = None
    if cut >= MIN_FORWARD_ROWS and len(order) - cut >= MIN_FORWARD_ROWS:
        later = float(_check_split(sample, order[:cut], order[cut:], ceiling)[0].mean())
    return {
        "level": LEVEL,
        "coverage": float(inside.mean()),
        "coverage_by_bucket": {bucket: float(inside[rows].mean()) for bucket, rows in buckets.items()},
        "rows_by_bucket": {bucket: int(rows.sum()) for bucket, rows in buckets.items()},
        "mean_width": float(width.mean()),
        "coverage_forward": later,
    }


def _check_split(
    sample: Sample, train: Integers, test: Integers, ceiling: float
) -> tuple[np.ndarray[Any, Any], Floats]:
    """Whether each test post is inside its interval, and how wide that is."""
    link = to_link(sample.y, ceiling)
    calibration, predict = calibrate(BlendRegressor(), sample.X[train], link[train], sample.buckets[train])
    half = calibration.half_widths(sample.buckets[test])
    predicted = predict(sample.X[test])
    inside = np.abs(link[test] - predicted) <= half
    return inside, from_link(predicted + half, ceiling) - from_link(predicted - half, ceiling)
