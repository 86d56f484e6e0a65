"""Formats one value of a table; the column name says what it is."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from dwell.visible import mark_line

UNKNOWN = "–"
_CODES = frozenset({"effect_name", "metric", "model", "proxy", "target", "finding", "reason", "state", "status"})
"""Columns of codes such as `save_rate`, which people read as words: those of the page of `dwell report`."""

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_CODE_IN_TEXT = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def format_cell(name: str, value: Any) -> str:
    """Format a value on one line: rates as percent, times to the minute in UTC, codes as words, unknown as a dash."""
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
    return _line(_word(name, str(value)))


def _word(name: str, text: str) -> str:
    """The words of the page for a code."""
    if name != "bucket" and not (name in _CODES and _CODE.fullmatch(text)):
        return text
    from dwell.charts.formatting import bucket_label, column_label

    return bucket_label(text) if name == "bucket" else column_label(text)


def words_for_codes(text: str) -> str:
    """A sentence with the words of the page in place of codes with an underscore, such as `save_rate`."""
    from dwell.charts.formatting import column_label

    return _CODE_IN_TEXT.sub(lambda found: column_label(found[0]), text)


def _line(text: str) -> str:
    """A text with single blanks and visible signs."""
    return " ".join(filter(None, mark_line(text).split(" ")))


def _format_number(name: str, value: float) -> str:
    if name.startswith(("p_value", "q_value")):
        return f"{value:.3f}" if value >= 0.001 else "<0.001"
    if "_rate_change" in name:
        return f"{100 * value:+.2f} points"
    if name.startswith(("percentile", "coverage")):
        return f"{value:.0%}"
    if name.startswith("watch_ratio"):
        return f"{value:.1%}"
    if "_rate" in name or name.endswith("_share"):
        return f"{value:.2%}" if abs(value) >= 0.001 or not value else f"{100 * value:.2g}%"
    if name.endswith("_multiple"):
        return f"{value:.1f}×"
    if name == "views_median":
        return f"{value:,.0f}"
    if name.endswith("mae"):
        return f"{value:.3f}"
    if name.startswith("usd"):
        return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"
    if name.endswith("_s"):
        return f"{value:g} s"
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) < 0.005:
        return "0.00"  # without the sign of a zero
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
