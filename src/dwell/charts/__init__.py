"""One function per chart: rows of a result in, an Altair chart out. The functions are named after the metrics.

Altair is imported when the first chart is used, so importing this package is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_MODULES = {
    "audience_hours": "audience_heat",
    "audit": "audit_forest",
    "benchmarks": "benchmark_strip",
    "comparison": "comparison_forest",
    "coverage": "model_coverage",
    "growth": "growth_bars",
    "posting_times": "posting_heat",
    "retention_band": "band_lines",
    "retention_heat": "catalogue_heat",
    "retention_quartiles": "quartile_lines",
    "scores": "score_ranks",
    "skill": "model_skill",
    "tiers": "tier_forest",
    "topic_days": "topic_bars",
    "traffic_sources": "traffic_areas",
    "trend": "trend_lines",
    "vetting": "vetting_bands",
    "views_per_hour": "tracked_views",
    "watch_time": "watch_strip",
}
"""Name of each chart -> module that holds it."""

__all__ = list(_MODULES)


def __getattr__(name: str) -> Callable[..., Any]:
    """The chart function of that name."""
    if name in _MODULES:
        function: Callable[..., Any] = getattr(import_module(f"dwell.charts.{_MODULES[name]}"), name)
        return function
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
