"""How good the model is on unseen posts: repeated cross-validation, and forward in time, compared with the baselines.

Everything that is fitted (imputation, scales, hyper-parameters, calibration) is fitted inside the fold. Scores are on
values clipped to 0-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dwell.models.baselines import BASELINES, TRIVIAL
from dwell.models.forward import Forward, forward_split, rolling_splits, score_forward
from dwell.models.link import Floats, clip_for_score
from dwell.models.predictors import Predicted, Predictor, Split, baseline, completion, join, predict_splits
from dwell.models.sample import Sample
from dwell.models.skill import mean_skill

MODEL = "model"
FOLDS = 10
REPEATS = 3
MIN_ROWS_PER_FOLD = 4
"""Fewer folds where a fold would hold fewer rows."""
MANY_ROWS = 600
"""From this size one repetition of five folds is as informative as three of ten, in a sixth of the time."""


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of every post by models that did not see it.

    Attributes:
        predictions: Shape (repetitions, posts).
        links: The same on the logit scale.
        scores: `r2`, `mae`, `spearman`, each the mean over repetitions; None where undefined.
    """

    predictions: Floats
    links: Floats
    scores: dict[str, float | None]


@dataclass(frozen=True)
class Evaluation:
    """Skill of the model and of each baseline on one sample.

    Attributes:
        model: The model's out-of-fold predictions.
        baselines: The same of each baseline, by name.
        forward: The model's predictions of later posts.
        forward_baselines: The same of each baseline, by name.
        trivial: The baselines that the model must beat.
    """

    model: OutOfFold
    baselines: dict[str, OutOfFold]
    forward: Forward
    forward_baselines: dict[str, Forward]
    trivial: tuple[str, ...] = TRIVIAL


def repeat_count(rows: int) -> int:
    """How often the cross-validation of this many rows is repeated."""
    return 1 if rows >= MANY_ROWS else REPEATS


def splits(rows: int, repetition: int) -> list[Split]:
    """Folds of one repetition: (training rows, test rows), seeded by the repetition."""
    from sklearn.model_selection import KFold

    most = 5 if rows >= MANY_ROWS else FOLDS
    folds = max(2, min(most, rows // MIN_ROWS_PER_FOLD))
    return list(KFold(folds, shuffle=True, random_state=repetition).split(np.zeros(rows)))


def predict_out_of_fold(sample: Sample, predictor: Predictor, ceiling: float, number: int) -> Predicted:
    """Predicts every post by a model fitted without it; the folds are those of repetition `number`."""
    folds = splits(len(sample), number)
    return join(len(sample), folds, predict_splits(sample, folds, predictor, ceiling))


def out_of_fold(y: Floats, runs: Sequence[Predicted]) -> OutOfFold:
    """One prediction of every post a repetition, with their scores."""
    values, links = np.array([run.value for run in runs]), np.array([run.link for run in runs])
    return OutOfFold(values, links, mean_skill(y, values))


def evaluate(
    sample: Sample, ceiling: float, *, model: Predictor = completion, trivial: tuple[str, ...] = TRIVIAL
) -> Evaluation:
    """Skill of the model and of every baseline, without the interval (see `coverage.py`).

    Args:
        sample: The posts.
        ceiling: The target's ceiling.
        model: The predictor that is compared with the baselines. Where the first repetition shows no gain over a
            trivial one, there are no others and no rolling fits.
        trivial: The baselines that the model must beat.
    """
    predictors: dict[str, Predictor] = {MODEL: model, **{name: baseline(name) for name in BASELINES}}
    folds, once = [splits(len(sample), 0)], forward_split(sample)
    first = {name: _predict(sample, [*folds, once], predictor, ceiling) for name, predictor in predictors.items()}
    runs = {name: [join(len(sample), folds[0], parts[0])] for name, parts in first.items()}
    rolling: list[Split] = []
    more: dict[str, list[list[Predicted]]] = {name: [[]] for name in predictors}
    if not _no_better(sample.y, {name: lines[0].value for name, lines in runs.items()}, trivial):
        rolling = rolling_splits(sample)
        others = [splits(len(sample), number) for number in range(1, repeat_count(len(sample)))]
        more = {
            name: _predict(sample, [rolling, *others], predictor, ceiling) for name, predictor in predictors.items()
        }
        for name, lines in runs.items():
            lines += [join(len(sample), dealt, part) for dealt, part in zip(others, more[name][1:], strict=True)]
    results = {name: out_of_fold(sample.y, lines) for name, lines in runs.items()}
    results["mean"].scores["spearman"] = None  # a constant ranks nothing: any correlation is an artefact of the folds
    later = {name: score_forward(sample, first[name][1], rolling, more[name][0]) for name in predictors}
    return Evaluation(results.pop(MODEL), results, later.pop(MODEL), later, trivial)


def _predict(
    sample: Sample, jobs: Sequence[Sequence[Split]], predictor: Predictor, ceiling: float
) -> list[list[Predicted]]:
    """The predictions of several lists of splits, in one call of the predictor."""
    answers = iter(predict_splits(sample, [split for job in jobs for split in job], predictor, ceiling))
    return [[next(answers) for _ in job] for job in jobs]


def _no_better(y: Floats, predictions: dict[str, Floats], trivial: tuple[str, ...]) -> bool:
    """Whether a baseline without a model is already as good: more repetitions would only cost time."""
    error = {
        name: float(((clip_for_score(y) - clip_for_score(line)) ** 2).mean()) for name, line in predictions.items()
    }
    return any(error[name] <= error[MODEL] for name in trivial)
