"""The completion model and its baselines in one form: learn from some posts, predict others, for many splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dwell.models.baselines import BASELINES
from dwell.models.completion import MEMBERS, BlendRegressor
from dwell.models.link import Floats, mean_from_link, to_link
from dwell.models.sample import Integers, Sample


class Predicted(NamedTuple):
    """Predictions of test posts: the expected share, and the logit around which errors are counted."""

    value: Floats
    link: Floats


Split = tuple[Integers, Integers]
"""Numbers of the training posts and of the test posts."""
Pair = tuple[Sample, Sample]
Predictor = Callable[[Sequence[Pair], float], list[Predicted]]
"""Learns from the first sample of each pair alone and predicts the second; all pairs at once, which costs less."""


def blend_predictor(names: Sequence[str] | None = None, members: tuple[str, ...] = MEMBERS) -> Predictor:
    """A blend as a predictor.

    Args:
        names: The columns that it reads; all of each sample when None.
        members: Members of the blend.
    """

    def predict(pairs: Sequence[Pair], ceiling: float) -> list[Predicted]:
        chosen = [(train.only(names), test.only(names)) for train, test in pairs] if names is not None else pairs
        parts = [(train.X, to_link(train.y, ceiling)) for train, _ in chosen]
        predicted = []
        for blend, (_, test) in zip(BlendRegressor(members=members).fit_many(parts), chosen, strict=True):
            link = blend.expect(test.X)
            predicted.append(Predicted(mean_from_link(link, blend.noise_sd_, ceiling), link))
        return predicted

    return predict


completion = blend_predictor()
"""The completion model as a predictor."""


def baseline(name: str) -> Predictor:
    """A baseline as a predictor."""

    def predict(pairs: Sequence[Pair], ceiling: float) -> list[Predicted]:
        values = [BASELINES[name](train, test, ceiling) for train, test in pairs]
        return [Predicted(value, to_link(value, ceiling)) for value in values]

    return predict


def predict_splits(sample: Sample, splits: Sequence[Split], predictor: Predictor, ceiling: float) -> list[Predicted]:
    """Predicts the test posts of each split by a model of its training posts."""
    return predictor([(sample.take(train), sample.take(test)) for train, test in splits], ceiling)


def join(rows: int, splits: Sequence[Split], parts: Sequence[Predicted]) -> Predicted:
    """The predictions of several splits as arrays over all posts; NaN for posts that no split asks about."""
    value, link = np.full(rows, np.nan), np.full(rows, np.nan)
    for (_, test), part in zip(splits, parts, strict=True):
        value[test], link[test] = part
    return Predicted(value, link)
