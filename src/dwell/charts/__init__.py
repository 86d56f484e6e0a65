"""One function a chart: rows of a result in, an Altair chart out; the names are those of the metrics.

Altair is imported when the first chart is asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dwell.charts.audit_forest import audit
    from dwell.charts.benchmark_strip import benchmarks
    from dwell.charts.growth_bars import growth
    from dwell.charts.model_coverage import coverage
    from dwell.charts.model_predictions import predictions
    from dwell.charts.model_skill import skill
    from dwell.charts.posting_heat import posting_times
    from dwell.charts.score_ranks import scores
    from dwell.charts.tier_forest import tiers
    from dwell.charts.topic_bars import topic_days
    from dwell.charts.trend_lines import trend
    from dwell.charts.vetting_bands import vetting
    from dwell.charts.watch_strip import watch_time

_MODULES = {
    "audit": "audit_forest",
    "benchmarks": "benchmark_strip",
    "coverage": "model_coverage",
    "growth": "growth_bars",
    "posting_times": "posting_heat",
    "predictions": "model_predictions",
    "scores": "score_ranks",
    "skill": "model_skill",
    "tiers": "tier_forest",
    "topic_days": "topic_bars",
    "trend": "trend_lines",
    "vetting": "vetting_bands",
    "watch_time": "watch_strip",
}

__all__ = [
    "audit",
    "benchmarks",
    "coverage",
    "growth",
    "posting_times",
    "predictions",
    "scores",
    "skill",
    "tiers",
    "topic_days",
    "trend",
    "vetting",
    "watch_time",
]


def __getattr__(name: str) -> Any:
    """The chart function of that name."""
    if name in _MODULES:
        return getattr(import_module(f"dwell.charts.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
