"""Formats one value of a table; the column name says what it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dwell.results.kinds import kind_of
from dwell.visible import mark_line

UNKNOWN = "–"
_LARGEST = 1e15  # from here on a double has no more digits than it shows


def format_cell(name: str, value: Any) -> str:
    """Format a value on one line: rates as percent, times to the minute in UTC, unknown as a dash."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return _line(" ".join(str(part) for part in value))
    if isinstance(value, (int, float)):
        return _format_number(name, value)
    return _line(str(value))


def format_percentile(value: float) -> str:
    """A place among posts: `93%`; only the best one is at `100%`, whatever the place of the next is rounded to."""
    return f"{min(value, 0.99) if value < 1 else value:.0%}"


def format_multiple(value: float) -> str:
    """How many times: `1.4×`, and of a small one the digits that tell it from 0."""
    return f"{value:.1f}×" if value >= 0.095 or not value else "<0.001×" if value < 0.001 else f"{value:.2g}×"


def _line(text: str) -> str:
    """A text with single blanks and visible signs."""
    return " ".join(filter(None, mark_line(text).split(" ")))


def _format_number(name: str, value: float) -> str:
    if isinstance(value, int) and kind_of(name) == "count":
        return f"{value:,}"
    if name.startswith(("p_value", "q_value")):
        return f"{value:.3f}" if value >= 0.001 else "<0.001"
    if name.endswith(("_rate_change", "watch_ratio_change")):
        return f"{100 * value:+.2f} points"
    if name.startswith(("percentile", "views_percentile")):
        return format_percentile(value)
    if name.startswith("coverage"):
        return f"{value:.0%}"
    if name.startswith("watch_ratio"):
        return f"{value:.1%}"
    if "_rate" in name or name.endswith("_share"):
        return f"{value:.2%}" if abs(value) >= 0.001 or not value else f"{100 * value:.2g}%"
    if name.endswith("_multiple"):
        return format_multiple(value)
    if name in {"views_median", "views_p90", "views_median_low", "views_median_high"}:
        return f"{value:,.0f}"
    if name.endswith("mae"):
        return f"{value:.3f}"
    if name.startswith("usd"):
        return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"
    if name.endswith("_s"):
        return f"{value:g} s"
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) < 0.005:  # of an R² nobody needs more; else without the sign of a zero
        return f"{value:.2g}" if value and "r2" not in name else "0.00"
    if abs(value) >= _LARGEST:
        return f"{value:.6g}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
