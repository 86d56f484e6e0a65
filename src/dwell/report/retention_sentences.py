"""What the retention curves of an account say, in plain sentences; each words figures of `ws.retention`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import column_label, number, percent, pluralize
from dwell.results import Result
from dwell.text.lists import join_words

NOT_A_CAUSE = "This is an association, not a cause."
_SHARES = ("hook_loss_1s", "retention_3s", "plateau_share", "end_rate", "has_bump", "has_cliff")


def sentences(retention: Result) -> list[str]:
    """All sentences, the typical curve first; none without a curve whose start and end are known."""
    worded = [typical_sentence(retention.meta), comparison_sentence(retention.meta), _shapes(retention.meta)]
    return [text for text in worded if text] + [str(text) for text in retention.meta["warnings"]]


def typical_sentence(meta: Mapping[str, Any]) -> str:
    """What half of the videos keep; empty where no curve is known at its start and its end."""
    start, end = meta["typical"]["retention_3s"], meta["typical"]["end_rate"]
    if start is None or end is None:
        return ""
    kept = f"{percent(start['median'], 0)} of their views or more until second 3 (n = {start['n']})"
    at_end = f"{percent(end['median'], 0)} or more to the end (n = {end['n']})"
    return f"Half of the videos keep {kept}, and half keep {at_end}."


def comparison_sentence(meta: Mapping[str, Any]) -> str:
    """What the best quarter has in common that the others lack, or why that cannot be told."""
    comparison = meta["comparison"]
    differing = [row for row in comparison["rows"] if row["differs"]]
    if not differing:
        return str(comparison["verdict"])
    each = "; ".join(
        f"{column_label(row['figure'])}: {_figure(row, 'top')} against {_figure(row, 'rest')}" for row in differing
    )
    return f"{comparison['verdict'].rstrip('.')}: {each}. {NOT_A_CAUSE}"


def figure(name: str, value: float | None) -> str:
    """A figure of a comparison as it is written: a share in percent, a length in seconds."""
    return percent(value, 0) if name in _SHARES else f"{number(value, 1)} s"


def _figure(row: Mapping[str, Any], side: str) -> str:
    return figure(row["figure"], row[side])


def _shapes(meta: Mapping[str, Any]) -> str:
    """Empty where the curves have one shape or too few are known."""
    rows = meta["shapes"]["rows"]
    if len(rows) < 2:
        return ""
    each = [f"{row['shape']} ({percent(row['share'], 0)})" for row in rows]
    total = pluralize(sum(row["n"] for row in rows), "curve")
    return f"The {total} have {len(rows)} shapes: {join_words(each)}."
