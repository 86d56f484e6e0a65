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
from dwell.models.acceptance import MIN_ROWS, gain_over, reasons_to_abstain
from dwell.models.completion import CompletionRegressor
from dwell.models.completion_model import CompletionModel
from dwell.models.coverage import calibrate_later, measure_coverage
from dwell.models.evaluation import evaluate
from dwell.models.fit_report import make_report, skill_by_account
from dwell.models.inputs import INPUTS, Inputs
from dwell.models.intervals import LEVEL, NO_HANDLES, Calibration
from dwell.models.link import clip_for_score, to_link
from dwell.models.predictors import blend_predictor
from dwell.models.sample import Sample, make_sample, require_one_platform
from dwell.models.skill import skill
from dwell.models.targets import CEILINGS
from dwell.models.topic_gain import completion_with_topics, topic_gain
from dwell.models.transfer import leave_one_creator_out
from dwell.text.plurals import pluralize


def fit(
    rows: Sequence[Mapping[str, Any]], target: str, *, inputs: str = "counters"
) -> tuple[dict[str, Any], CompletionModel | None]:
    """Fits, evaluates and judges a model of `target` on the measured posts among `rows`.

    Posts of several accounts give a pooled model: each account has a level of its own (a 0/1 column), the report has
    the skill within each account, and the transfer to unseen accounts is measured by leaving one out at a time.

    Where the rows have `sound_rising` and `tag_saturated` (`topic_flags.add_topic_flags`), their gain is measured out
    of fold and reported as `topic_features`; the model uses them only where they help.

    Args:
        rows: Rows of the `posts` metric, of one account or several, of one platform.
        target: A key of `targets.CEILINGS`; rows have the curve targets as columns of the same names.
        inputs: What the model reads: `counters` (length, views and rates), `length` alone, or the duration `bucket`.

    Returns:
        The report (JSON values; `verdict` is `usable` or `abstain`) and the model, None where the verdict is to
        abstain.

    Raises:
        ModelError: The target or the inputs are unknown, or the posts are of several platforms.
    """
    from threadpoolctl import threadpool_limits

    if target not in CEILINGS:
        raise ModelError(f"Unknown target {target!r}: choose from {', '.join(CEILINGS)}.")
    if inputs not in INPUTS:
        raise ModelError(f"Unknown inputs {inputs!r}: choose from {', '.join(INPUTS)}.")
    require_one_platform(rows)
    sample = make_sample(rows, target)
    refused = _reason_not_to_fit(sample)
    if refused:
        return make_report(sample, target, inputs=inputs, reasons=[refused], notes=caveats.about_rows(sample)), None
    with threadpool_limits(1):  # matrices of a few hundred rows: threads cost more than they save
        return _fit(sample, target, INPUTS[inputs])


def _reason_not_to_fit(sample: Sample) -> str | None:
    if len(sample) < MIN_ROWS:
        return (
            f"Only {pluralize(len(sample), 'post')} with the target, a length and enough views; fewer than {MIN_ROWS}"
            f" cannot be checked: import watch times of {pluralize(MIN_ROWS - len(sample), 'more post')} (20 or more in"
            " all are better)."
        )
    if float(np.ptp(clip_for_score(sample.y))) == 0.0:
        return "Every post has the same value (or one over 1): there is nothing to predict; check the imported column."
    return None


def _fit(sample: Sample, target: str, inputs: Inputs) -> tuple[dict[str, Any], CompletionModel | None]:
    ceiling, now = CEILINGS[target], clock.now()
    sample = (sample.with_buckets() if inputs.name == "bucket" else sample).with_accounts()
    topics = topic_gain(sample, ceiling) if inputs.name == "counters" else None
    sample = sample.with_topics() if topics and topics["used"] else sample
    predictor = completion_with_topics if topics and topics["used"] else inputs.predictor(sample)
    evaluation = evaluate(sample, ceiling, model=predictor, trivial=inputs.trivial)
    used = sample.only(inputs.columns(sample))
    regressor = CompletionRegressor(ceiling, inputs.members).fit(used.X, used.y)
    in_sample = skill(used.y, regressor.predict(used.X))["r2"]
    reasons = reasons_to_abstain(evaluation, sample.y, sample.rows_by_time())
    report = make_report(sample, target, evaluation, inputs=inputs.name, reasons=reasons, in_sample=in_sample)
    report |= {"topic_features": topics, "training_data": _digest(used, inputs)}
    coverage = None if reasons else measure_coverage(sample, evaluation, ceiling)
    if coverage is not None:
        report |= {"interval": coverage.report(sample), "by_account": skill_by_account(sample, evaluation, coverage)}
    length = gain_over(evaluation, sample.y, "duration_only") if inputs.name == "counters" else None
    report["warnings"] = caveats.about_fit(sample, report, length, now)
    if reasons:
        return report, None
    transfer = leave_one_creator_out(used, ceiling, blend_predictor(None, inputs.members))
    report |= {
        "model_id": _model_id(used, target, inputs, now),
        "verdict": "usable",
        "trained_at": _iso(now),
        "refit_due_at": _iso(now + caveats.REFIT_AFTER),
        "transfer": transfer.summary() if transfer else None,
    }
    errors = to_link(sample.y, ceiling) - evaluation.model.links[0]
    return report, CompletionModel(
        model_id=report["model_id"],
        target=target,
        regressor=regressor,
        calibration=Calibration(errors, sample.buckets, LEVEL, sample.handles if report["by_account"] else NO_HANDLES),
        later=calibrate_later(sample, evaluation.forward.rolling, ceiling),
        transfer=transfer,
        training=_training_summary(used, now),
        report=report,
    )


def _training_summary(sample: Sample, now: datetime) -> dict[str, Any]:
    """What a model remembers of its training posts; `ranges` has its columns, in their order."""
    times = sample.posted[np.isfinite(sample.posted)]
    ranges: dict[str, list[float | None]] = {}
    for name, column in zip(sample.names, sample.X.T, strict=True):
        known = column[~np.isnan(column)]
        ends = [float(known.min()), float(known.max())] if len(known) else [None, None]
        ranges[name] = [*ends, len(known) / len(column)]
    return {
        "handles": sorted({str(name) for name in sample.handles}),
        "platform": sample.platform,
        "rows": len(sample),
        "first_posted_at": _iso(datetime.fromtimestamp(times.min(), UTC)) if len(times) else None,
        "last_posted_at": _iso(datetime.fromtimestamp(times.max(), UTC)) if len(times) else None,
        "trained_at": _iso(now),
        "refit_due_at": _iso(now + caveats.REFIT_AFTER),
        "ranges": ranges,
    }


def _digest(sample: Sample, inputs: Inputs) -> str:
    """A hash of the training data and of what the model reads."""
    names = "|".join(sorted({str(name) for name in sample.handles}))
    kind = "" if inputs.name == "counters" else inputs.name
    return hashlib.sha256(sample.X.tobytes() + sample.y.tobytes() + f"{names}{kind}".encode()).hexdigest()[:8]


def _model_id(sample: Sample, target: str, inputs: Inputs, now: datetime) -> str:
    """`target-account-date-hash`; the hash is of the training data: the same posts give the same name on one day."""
    names = sorted({str(name) for name in sample.handles})
    account = re.sub(r"[^a-z0-9._]+", "_", names[0].lower()).strip("._") if len(names) == 1 else "pooled"
    return f"{target}-{account or 'account'}-{now:%Y%m%d}-{_digest(sample, inputs)}"


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
