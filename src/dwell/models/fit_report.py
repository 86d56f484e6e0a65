"""The report of a fit, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dwell.models.acceptance import best_trivial, gain_over, r2_interval
from dwell.models.baselines import BASELINES
from dwell.models.coverage import NOT_CHECKED, Coverage
from dwell.models.evaluation import Evaluation
from dwell.models.forward import UNKNOWN, later_rows
from dwell.models.sample import Sample
from dwell.models.skill import mean_skill, skill

SCORED_AS = "measured and predicted values clipped to 0-1 for the score only"
NO_SKILL: Mapping[str, float | None] = {"r2": None, "mae": None, "spearman": None}


def make_report(
    sample: Sample,
    target: str,
    evaluation: Evaluation | None = None,
    *,
    inputs: str = "counters",
    reasons: Sequence[str] = (),
    notes: Sequence[str] = (),
    in_sample: float | None = None,
) -> dict[str, Any]:
    """The report of a rejected model; a usable one overwrites `verdict`, `model_id` and `interval`.

    Args:
        sample: The posts.
        target: What is predicted.
        evaluation: Skill; None where nothing could be fitted.
        inputs: What the model reads: `counters`, `length` or `bucket`.
        reasons: Why it abstains.
        notes: Warnings.
        in_sample: R² on the posts that it was fitted to.
    """
    return {
        "model_id": None,
        "target": target,
        "inputs": inputs,
        "n": len(sample),
        "verdict": "abstain",
        "reasons": list(reasons),
        "out_of_fold": evaluation.model.scores if evaluation else dict(NO_SKILL),
        "r2_interval": r2_interval(sample.y, evaluation.model.predictions) if evaluation else None,
        "forward": evaluation.forward.scores if evaluation else dict(UNKNOWN),
        "baselines": {
            name: {
                "out_of_fold": evaluation.baselines[name].scores if evaluation else dict(NO_SKILL),
                "forward": evaluation.forward_baselines[name].scores if evaluation else dict(UNKNOWN),
            }
            for name in BASELINES
        },
        "gain": _gains(sample, evaluation) if evaluation else None,
        "better_forward": better_forward(evaluation) if evaluation and inputs == "counters" else None,
        "interval": dict(NOT_CHECKED),
        "in_sample_r2": in_sample,
        "scored_as": SCORED_AS,
        "platform": sample.platform,
        "creators": sorted({str(name) for name in sample.handles}),
        "by_account": [],
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


SIMPLER = {"duration_only": ("length", "length"), "bucket_mean": ("bucket", "the mean of the duration bucket")}
"""Baselines that can be fitted as models of their own: the `inputs` that do it, and its name in a sentence."""


def better_forward(evaluation: Evaluation) -> dict[str, Any] | None:
    """The simpler model that predicts later posts better than this one; None where there is none.

    Returns:
        `baseline`, `inputs`, `name` (in a sentence), `r2` (its forward R²), `model_r2`. Figures that agree to two
        digits are equal.
    """
    own = evaluation.forward.scores["r2"]
    found = {name: evaluation.forward_baselines[name].scores["r2"] for name in SIMPLER}
    better = {name: r2 for name, r2 in found.items() if r2 is not None and own is not None and round(r2 - own, 2) > 0}
    if not better:
        return None
    name = max(better, key=lambda key: better[key])
    inputs, words = SIMPLER[name]
    return {"baseline": name, "inputs": inputs, "name": words, "r2": better[name], "model_r2": own}


def skill_by_account(sample: Sample, evaluation: Evaluation, coverage: Coverage) -> list[dict[str, Any]]:
    """The figures of each account of a pooled model; empty for a model of one account.

    Returns:
        Per account: `handle`, `n`, `r2`, `mae`, `spearman` out of fold within the account, `coverage`, `mean_width`,
        `coverage_forward` of its intervals, and `rolling_r2` of its posts among the newest 40 %.
    """
    names = np.unique(sample.handles)
    if len(names) < 2:
        return []
    rolling, lines = evaluation.forward.rolling, []
    later = np.isin(np.arange(len(sample)), later_rows(sample))
    for name in names:
        rows = sample.handles == name
        newest = np.flatnonzero(rows & later)
        enough = rolling is not None and len(newest) > 1
        lines.append(
            {
                "handle": str(name),
                "n": int(rows.sum()),
                **mean_skill(sample.y[rows], evaluation.model.predictions[:, rows]),
                **coverage.shares(rows),
                "rolling_r2": skill(sample.y[newest], rolling.value[newest])["r2"] if rolling and enough else None,
            }
        )
    return lines
