"""Formats one value of a table: as in notebooks, but codes are the words of the page."""

from __future__ import annotations

import re
from typing import Any

from dwell.results.cells import UNKNOWN
from dwell.results.cells import format_cell as format_value

_CODES = frozenset({"effect_name", "metric", "model", "proxy", "target", "finding", "reason", "state", "status"})
"""Columns of codes such as `save_rate`, which people read as words: those of the page of `dwell report`."""

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

__all__ = ["UNKNOWN", "format_cell"]


def format_cell(name: str, value: Any) -> str:
    """Format a value on one line: rates as percent, times to the minute in UTC, codes as words, unknown as a dash."""
    return format_value(name, _word(name, value) if isinstance(value, str) else value)


def _word(name: str, text: str) -> str:
    """The words of the page for a code."""
    if name != "bucket" and not (name in _CODES and _CODE.fullmatch(text)):
        return text
    from dwell.charts.formatting import bucket_label, column_label

    return bucket_label(text) if name == "bucket" else column_label(text)
