"""The baselines that a model must beat: each learns from `train` alone and predicts `test`."""

from __future__ import annotations

import numpy as np

from dwell.models.completion import BlendRegressor
from dwell.models.link import SCORED_UP_TO, Floats, clip_for_score, mean_from_link, to_link
from dwell.models.sample import Sample

SEED_FLOOR = 12
"""The seed recipe does not fit a bucket with fewer rows."""


def mean(train: Sample, test: Sample, _ceiling: float) -> Floats:
    """The mean of the training posts, for every post."""
    return np.full(len(test), clip_for_score(train.y).mean())


def bucket_mean(train: Sample, test: Sample, _ceiling: float) -> Floats:
    """The mean of the training posts of the same duration bucket; of all, where the bucket has none."""
    values = mean(train, test, _ceiling)
    for bucket in np.unique(test.buckets):
        inside = train.buckets == bucket
        if inside.any():
            values[test.buckets == bucket] = clip_for_score(train.y[inside]).mean()
    return values


def duration_only(train: Sample, test: Sample, ceiling: float) -> Floats:
    """The ridge and the Gaussian process of the model itself, with only the length of the video as input."""
    parts = [(train.X[:, :1], to_link(train.y, ceiling))]
    (blend,) = BlendRegressor(members=("ridge", "process")).fit_many(parts)
    return mean_from_link(blend.expect(test.X[:, :1]), blend.noise_sd_, ceiling)


def bucket_ols(train: Sample, test: Sample, ceiling: float) -> Floats:
    """The seed recipe: per bucket least squares on its four rates, clipped to 0-1.

    The mean where a bucket has fewer than SEED_FLOOR training posts with every rate known, or where the post's own
    rates are unknown. A rate that no training post has (an account whose saves are never shown) is left out.
    """
    values = mean(train, test, ceiling)
    columns = ~np.isnan(train.rates).all(axis=0)
    complete = ~np.isnan(train.rates[:, columns]).any(axis=1)
    predictable = ~np.isnan(test.rates[:, columns]).any(axis=1)
    for bucket in np.unique(test.buckets):
        training = complete & (train.buckets == bucket)
        predicted = predictable & (test.buckets == bucket)
        if not columns.any() or training.sum() < SEED_FLOOR:
            continue
        left = np.column_stack([np.ones(training.sum()), train.rates[np.ix_(training, columns)]])
        coefficients = np.linalg.lstsq(left, clip_for_score(train.y[training]), rcond=None)[0]
        right = np.column_stack([np.ones(predicted.sum()), test.rates[np.ix_(predicted, columns)]])
        values[predicted] = np.clip(right @ coefficients, 0.0, SCORED_UP_TO)
    return values


BASELINES = {"mean": mean, "bucket_mean": bucket_mean, "duration_only": duration_only, "bucket_ols": bucket_ols}
TRIVIAL = ("mean", "bucket_mean")
"""Baselines that need no model: a model that cannot beat them is not worth storing."""
