"""The parts of which a finding's figures are made: a median with its interval, an effect with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from dwell.metrics.metric_choice import MEASURED
from dwell.models.effects import Effect
from dwell.models.medians import Median

Row: TypeAlias = Mapping[str, Any]
Figure: TypeAlias = dict[str, Any]
TOO_FEW = "No difference is shown, and the posts are too few to exclude a large one."


def kind_of(metric: str) -> str:
    """Whether the platform measured a metric, or it is made of public counters."""
    return "measured" if metric in MEASURED else "public"


def median_figures(median: Median, prefix: str = "") -> Figure:
    """`value`, `low`, `high` and `n` of a median, each name with the prefix."""
    names = ("value", "low", "high", "n")
    return {f"{prefix}{name}": getattr(median, name) for name in names}


def effect_figures(effect: Effect) -> Figure:
    """The name of an effect, its size and its interval."""
    ends = {"effect_low": effect.low, "effect_high": effect.high}
    return {"effect_name": effect.name, "effect": effect.value, **ends}
