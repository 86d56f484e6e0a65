"""The metric that compares the posts, as the page writes it."""

from __future__ import annotations

from dwell.charts.formatting import format_metric
from dwell.metrics.metric_choice import MEASURED
from dwell.report.statement import Kind


def kind_of(metric: str) -> Kind:
    """Whether the platform measured it, or it is made from public counters."""
    return "measured" if metric in MEASURED else "public"


def format_figure(metric: str, value: float | None) -> str:
    """A value of the metric: measured shares without decimals, rates with one, views per hour as a number."""
    return format_metric(metric, value, 0 if metric in MEASURED else 1)
