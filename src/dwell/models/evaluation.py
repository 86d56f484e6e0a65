"""How good the model is on unseen posts: repeated cross-validation, and forward in time, compared with the baselines.

Everything that is fitted (imputation, scales, hyper-parameters, calibration) is fitted inside the fold. Scores are on
values clipped to 0-1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dwell.models.baselines import BASELINES, TRIVIAL
from dwell.models.completion import CompletionRegressor
from dwell.models.sample import Integers, Sample
from dwell.models.targets import Floats, clip_for_score

MODEL = "model"
FOLDS = 10
REPEATS = 3
MIN_ROWS_PER_FOLD = 4
"""Fewer folds where a fold would hold fewer rows."""
MANY_ROWS = 600
"""From this size one repetition of five folds is as informative as three of ten, in a sixth of the time."""
FORWARD_TRAIN_SHARE = 0.6
MIN_FORWARD_ROWS = 5
"""Fewer later posts than this are not informative."""

Predictor = Callable[[Sample, Sample, float], Floats]
Split = tuple[Integers, Integers]


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of every post by models that did not see it.

    Attributes:
        predictions: Shape (repetitions, posts).
        scores: `r2`, `mae`, `spearman`, each the mean over repetitions; None where undefined.
    """

    predictions: Floats
    scores: dict[str, float | None]


@dataclass(frozen=True)
class Evaluation:
    """Skill of the model and of each baseline on one sample.

    Attributes:
        model: The model's out-of-fold predictions.
        baselines: The same of each baseline, by name.
        forward: `r2` and `mae` of the model fitted on the oldest 60 % and tested on the rest; None where times are
            unknown or too few.
        forward_baselines: The same of each baseline, by name.
    """

    model: OutOfFold
    baselines: dict[str, OutOfFold]
    forward: dict[str, float | None]
    forward_baselines: dict[str, dict[str, float | None]]


def completion(train: Sample, test: Sample, ceiling: float) -> Floats:
    """The completion model as a predictor."""
    return CompletionRegressor(ceiling).fit(train.X, train.y).predict(test.X)


def repeat_count(rows: int) -> int:
    """How often the cross-validation of this many rows is repeated."""
    return 1 if rows >= MANY_ROWS else REPEATS


def splits(rows: int, repetition: int) -> list[Split]:
    """Folds of one repetition: (training rows, test rows), seeded by the repetition."""
    from sklearn.model_selection import KFold

    most = 5 if rows >= MANY_ROWS else FOLDS
    folds = max(2, min(most, rows // MIN_ROWS_PER_FOLD))
    return list(KFold(folds, shuffle=True, random_state=repetition).split(np.zeros(rows)))


def predict_out_of_fold(sample: Sample, predictor: Predictor, ceiling: float, number: int) -> Floats:
    """Predicts every post by a model fitted without it; the folds are those of repetition `number`."""
    predictions = np.empty(len(sample))
    for train, test in splits(len(sample), number):
        predictions[test] = predictor(sample.take(train), sample.take(test), ceiling)
    return predictions


def out_of_fold(y: Floats, predictions: Floats) -> OutOfFold:
    """Predictions (repetitions, posts) with their scores."""
    each = [skill(y, line) for line in predictions]
    return OutOfFold(
        predictions, {name: _mean([scores[name] for scores in each]) for name in ("r2", "mae", "spearman")}
    )


def score_forward(sample: Sample, predictor: Predictor, ceiling: float) -> dict[str, float | None]:
    """Fits on the oldest 60 % of the posts and tests on the rest."""
    order = sample.rows_by_time()
    cut = int(len(order) * FORWARD_TRAIN_SHARE)
    if cut < 2 or len(order) - cut < MIN_FORWARD_ROWS:
        return {"r2": None, "mae": None}
    later = sample.take(order[cut:])
    scores = skill(later.y, predictor(sample.take(order[:cut]), later, ceiling))
    return {"r2": scores["r2"], "mae": scores["mae"]}


def skill(measured: Floats, predicted: Floats) -> dict[str, float | None]:
    """`r2`, `mae` and `spearman` of predictions, both sides clipped to 0-1; None where undefined (nothing varies)."""
    from scipy.stats import spearmanr

    y, p = clip_for_score(measured), clip_for_score(predicted)
    total = float(((y - y.mean()) ** 2).sum())
    varies = total > 0 and float(np.ptp(p)) > 0
    return {
        "r2": 1.0 - float(((y - p) ** 2).sum()) / total if total > 0 else None,
        "mae": float(np.abs(y - p).mean()),
        "spearman": float(spearmanr(y, p).statistic) if varies else None,
    }


def evaluate(
    sample: Sample, ceiling: float, *, repeats: int | None = None, model: Predictor = completion
) -> Evaluation:
    """Skill of the model and of every baseline, without the interval (see `coverage.py`).

    Args:
        sample: The posts.
        ceiling: The target's ceiling.
        repeats: Repetitions of the cross-validation; `repeat_count` of the sample when None; 1 where the first shows no
            gain over a trivial baseline.
        model: The predictor that is compared with the baselines.
    """
    times = repeat_count(len(sample)) if repeats is None else repeats
    predictors: dict[str, Predictor] = {MODEL: model, **BASELINES}
    lines = {name: [predict_out_of_fold(sample, predictor, ceiling, 0)] for name, predictor in predictors.items()}
    if not _no_better_than_trivial(sample.y, {name: runs[0] for name, runs in lines.items()}):
        for name, predictor in predictors.items():
            lines[name] += [predict_out_of_fold(sample, predictor, ceiling, number) for number in range(1, times)]
    results = {name: out_of_fold(sample.y, np.array(runs)) for name, runs in lines.items()}
    results["mean"].scores["spearman"] = None  # a constant ranks nothing: any correlation is an artefact of the folds
    later = {name: score_forward(sample, predictor, ceiling) for name, predictor in predictors.items()}
    return Evaluation(results.pop(MODEL), results, later.pop(MODEL), later)


def _no_better_than_trivial(y: Floats, predictions: dict[str, Floats]) -> bool:
    """Whether a baseline without a model is already as good: more repetitions would only cost time."""
    error = {
        name: float(((clip_for_score(y) - clip_for_score(line)) ** 2).mean()) for name, line in predictions.items()
    }
    return any(error[name] <= error[MODEL] for name in TRIVIAL)


def _mean(values: list[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
