"""Fits a completion model, evaluates it, and rejects it where the evaluation fails."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dwell import clock
from dwell.errors import ModelError
from dwell.models import caveats
from dwell.models.acceptance import MIN_ROWS, best_trivial, gain_over, reasons_to_abstain
from dwell.models.baselines import BASELINES
from dwell.models.completion import CompletionRegressor
from dwell.models.completion_model import CompletionModel
from dwell.models.coverage import NOT_CHECKED, measure_coverage
from dwell.models.evaluation import Evaluation, evaluate
from dwell.models.features import columns
from dwell.models.forward import UNKNOWN
from dwell.models.intervals import Calibration
from dwell.models.predictors import completion
from dwell.models.sample import Sample, make_sample
from dwell.models.skill import skill
from dwell.models.targets import CEILINGS, clip_for_score, to_link
from dwell.models.topic_gain import completion_with_topics, topic_gain
from dwell.models.transfer import leave_one_creator_out

SCORED_AS = "measured and predicted values clipped to 0-1 for the score only"
_NO_SKILL: dict[str, float | None] = {"r2": None, "mae": None, "spearman": None}


def fit(rows: Sequence[Mapping[str, Any]], target: str) -> tuple[dict[str, Any], CompletionModel | None]:
    """Fits, evaluates and judges a model of `target` on the measured posts among `rows`.

    Posts of several accounts give a pooled model, whose transfer to unseen accounts is measured by leaving one out at
    a time.

    Where the rows have `sound_rising` and `tag_saturated` (`topic_flags.add_topic_flags`), their gain is measured out
    of fold and reported as `topic_features`; the model uses them only where they help.

    Args:
        rows: Rows of the `posts` metric, of one account or several.
        target: `watch_ratio` or `full_watch_rate`.

    Returns:
        The report (JSON values; `verdict` is `usable` or `abstain`) and the model, None where the verdict is to
        abstain.

    Raises:
        ModelError: The target is not one of the two.
    """
    from threadpoolctl import threadpool_limits

    if target not in CEILINGS:
        raise ModelError(f"Unknown target {target!r}: choose from {', '.join(CEILINGS)}.")
    sample = make_sample(rows, target)
    refused = _reason_not_to_fit(sample)
    if refused:
        return _report(sample, target, reasons=[refused], notes=caveats.about_rows(sample)), None
    with threadpool_limits(1):  # matrices of a few hundred rows: threads cost more than they save
        return _fit(sample, target)


def _reason_not_to_fit(sample: Sample) -> str | None:
    if len(sample) < MIN_ROWS:
        return (
            f"Only {len(sample)} posts have the target, a length and enough views; fewer than {MIN_ROWS} cannot be"
            f" checked: import watch times of {MIN_ROWS - len(sample)} more posts (20 or more in all are better)."
        )
    if float(np.ptp(clip_for_score(sample.y))) == 0.0:
        return "Every post has the same value (or one over 1): there is nothing to predict; check the imported column."
    return None


def _fit(sample: Sample, target: str) -> tuple[dict[str, Any], CompletionModel | None]:
    ceiling = CEILINGS[target]
    topics = topic_gain(sample, ceiling)
    plain = sample
    sample = sample.with_topics() if topics["used"] else sample
    evaluation = evaluate(sample, ceiling, model=completion_with_topics if topics["used"] else completion)
    regressor = CompletionRegressor(ceiling).fit(sample.X, sample.y)
    in_sample = skill(sample.y, regressor.predict(sample.X))["r2"]
    reasons = reasons_to_abstain(evaluation, sample.y)
    now = clock.now()
    notes = [
        *caveats.about_rows(plain),
        *caveats.about_age(plain, now),
        *caveats.about_skill(in_sample, evaluation.model.scores, gain_over(evaluation, sample.y, "duration_only")),
    ]
    if reasons:
        report = _report(sample, target, evaluation, reasons=reasons, notes=notes, in_sample=in_sample)
        return report | {"topic_features": topics}, None
    transfer = leave_one_creator_out(sample, ceiling)
    model_id = _model_id(sample, target, now)
    interval = measure_coverage(sample, evaluation, ceiling)
    notes += caveats.about_interval(interval)
    report = _report(sample, target, evaluation, notes=notes, in_sample=in_sample)
    report |= {
        "model_id": model_id,
        "topic_features": topics,
        "verdict": "usable",
        "interval": interval,
        "trained_at": _iso(now),
        "refit_due_at": _iso(now + caveats.REFIT_AFTER),
        "transfer": transfer.summary() if transfer else None,
    }
    calibration = Calibration(to_link(sample.y, ceiling) - evaluation.model.links[0], sample.buckets)
    return report, CompletionModel(
        model_id, target, regressor, calibration, transfer, _training_summary(sample, now), report
    )


def _report(
    sample: Sample,
    target: str,
    evaluation: Evaluation | None = None,
    *,
    reasons: Sequence[str] = (),
    notes: Sequence[str] = (),
    in_sample: float | None = None,
) -> dict[str, Any]:
    """The report of a rejected model; a usable one overwrites `verdict`, `model_id` and `interval`."""
    return {
        "model_id": None,
        "target": target,
        "n": len(sample),
        "verdict": "abstain",
        "reasons": list(reasons),
        "out_of_fold": evaluation.model.scores if evaluation else dict(_NO_SKILL),
        "forward": evaluation.forward.scores if evaluation else dict(UNKNOWN),
        "baselines": {
            name: {
                "out_of_fold": evaluation.baselines[name].scores if evaluation else dict(_NO_SKILL),
                "forward": evaluation.forward_baselines[name].scores if evaluation else dict(UNKNOWN),
            }
            for name in BASELINES
        },
        "gain": _gains(sample, evaluation) if evaluation else None,
        "interval": dict(NOT_CHECKED),
        "in_sample_r2": in_sample,
        "scored_as": SCORED_AS,
        "creators": sorted({str(name) for name in sample.handles}),
        "left_out": dict(sample.left_out),
        "trained_at": None,
        "refit_due_at": None,
        "transfer": None,
        "topic_features": None,
        "warnings": list(notes),
    }


def _gains(sample: Sample, evaluation: Evaluation) -> dict[str, Any]:
    """The gain in R² over the best trivial baseline and over the length alone."""
    return {
        "trivial": gain_over(evaluation, sample.y, best_trivial(evaluation)).to_dict(),
        "duration_only": gain_over(evaluation, sample.y, "duration_only").to_dict(),
    }


def _training_summary(sample: Sample, now: datetime) -> dict[str, Any]:
    times = sample.posted[np.isfinite(sample.posted)]
    ranges: dict[str, list[float | None]] = {}
    for name, column in zip(columns(sample.X.shape[1]), sample.X.T, strict=True):
        known = column[~np.isnan(column)]
        ends = [float(known.min()), float(known.max())] if len(known) else [None, None]
        ranges[name] = [*ends, len(known) / len(column)]
    return {
        "handles": sorted({str(name) for name in sample.handles}),
        "rows": len(sample),
        "first_posted_at": _iso(datetime.fromtimestamp(times.min(), UTC)) if len(times) else None,
        "last_posted_at": _iso(datetime.fromtimestamp(times.max(), UTC)) if len(times) else None,
        "trained_at": _iso(now),
        "refit_due_at": _iso(now + caveats.REFIT_AFTER),
        "ranges": ranges,
    }


def _model_id(sample: Sample, target: str, now: datetime) -> str:
    """`target-account-date-hash`; the hash is of the training data: the same posts give the same name on one day."""
    names = sorted({str(name) for name in sample.handles})
    account = re.sub(r"[^a-z0-9._]+", "_", names[0].lower()).strip("._") if len(names) == 1 else "pooled"
    digest = hashlib.sha256(sample.X.tobytes() + sample.y.tobytes() + "|".join(names).encode()).hexdigest()[:8]
    return f"{target}-{account or 'account'}-{now:%Y%m%d}-{digest}"


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
