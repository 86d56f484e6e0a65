"""The metric that compares the posts, as the page writes it."""

from __future__ import annotations

from dwell.charts.formatting import number, percent
from dwell.report.statement import Kind

_MEASURED = frozenset({"watch_ratio", "full_watch_rate"})


def kind_of(metric: str) -> Kind:
    """Whether the platform measured it, or it is made from public counters."""
    return "measured" if metric in _MEASURED else "public"


def format_figure(metric: str, value: float | None) -> str:
    """A value of the metric: measured shares without decimals, rates with one, views per hour as a number."""
    if metric == "views_per_hour":
        return number(value, 1)
    return percent(value, 0 if metric in _MEASURED else 1)
