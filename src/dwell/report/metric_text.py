"""The metric that compares the posts, as the page writes it."""

from __future__ import annotations

from dwell.charts.formatting import format_metric
from dwell.metrics.metric_choice import MEASURED
from dwell.report.statement import Kind


def kind_of(metric: str) -> Kind:
    """Whether the platform measured it, or it is made from public counters."""
    return "measured" if metric in MEASURED else "public"


_MOST_DIGITS = 4


def format_pair(metric: str, value: float, other: float) -> tuple[str, str]:
    """Two values of the metric, with as many decimals more as it takes to tell unequal ones apart."""
    usual = 0 if metric in MEASURED else 1
    pairs = [
        (format_metric(metric, value, digits), format_metric(metric, other, digits))
        for digits in range(usual, usual + _MOST_DIGITS + 1)
    ]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])


def format_figure(metric: str, value: float | None) -> str:
    """A value of the metric: measured shares without decimals, rates with one, views per hour as a number."""
    return format_metric(metric, value, 0 if metric in MEASURED else 1)
