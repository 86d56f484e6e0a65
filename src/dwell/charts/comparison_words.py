"""What a row of `compare` says, in words: for the chart, the page and the terminal alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import column_label, number, percent

VERDICTS = {"higher": "higher", "lower": "lower", "similar": "similar", "unknown": "cannot tell"}


def metric_label(row: Mapping[str, Any]) -> str:
    """What the row compares: "Save rate", "Views at 7 days"."""
    text = column_label(str(row["metric"]))
    return text[:1].upper() + text[1:]


def amount(row: Mapping[str, Any], column: str, *, sign: bool = False) -> str:
    """A value of the row in the unit of its metric.

    Args:
        row: A row of `compare`.
        column: Such as `value`; a dash stands for an unknown one.
        sign: Show a plus before a value above 0, as of a difference.
    """
    value = row.get(column)
    if value is None:
        return "–"
    metric, is_difference = str(row["metric"]), column.startswith("difference")
    before = "+" if sign and value > 0 else ""
    if metric.endswith(("_rate", "_ratio")):
        share = percent(value, 1 if metric == "watch_ratio" else 2).replace("-", "−")
        # Of a difference, "%" would read as a share of the other value.
        return before + (share.replace("%", " points") if is_difference else share)
    if metric.startswith("views"):
        return before + number(round(value))
    digits, unit = {"duration_s": (0, " s"), "posts_per_week": (1, "")}[metric]
    return before + number(round(value, digits) + 0.0, digits) + unit


def difference(row: Mapping[str, Any]) -> str:
    """`+0.42 points (0.10 to 0.75 points)`, or a dash."""
    if row.get("difference") is None:
        return "–"
    low, high = (amount(row, f"difference_{end}") for end in ("low", "high"))
    ends = f"{low.removesuffix(' points')} to {high}"
    return f"{amount(row, 'difference', sign=True)} ({ends})"


def verdict_text(verdict: str) -> str:
    """The sentence of `compare` with words in place of its metrics; handles stay as they are."""
    return _METRIC.sub(lambda found: column_label(found[0]), verdict)


_METRIC = re.compile(r"(?<![@\w.])(?:[a-z]+_(?:rate|ratio|s|7d|per_week))(?![\w.])")
