"""How well predictions agree with measured values."""

from __future__ import annotations

import numpy as np

from dwell.models.link import Floats, clip_for_score


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


def mean_skill(measured: Floats, predictions: Floats) -> dict[str, float | None]:
    """The mean of each figure of `skill` over repetitions, shape (repetitions, posts)."""
    each = [skill(measured, line) for line in predictions]
    return {name: _mean([scores[name] for scores in each]) for name in ("r2", "mae", "spearman")}


def _mean(values: list[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
