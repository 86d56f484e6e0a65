"""One statement of the report: the sentence, the kind of its numbers, and its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dwell.charts.formatting import format_metric

Kind = Literal["measured", "public", "counter", "predicted"]
Answer = Literal["found", "nothing", "unknown"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement for a reader in a hurry.

    Attributes:
        kind: What the numbers are: measured by the platform, public counters, or predicted by a model; None where there
            are none.
        answer: `found` a difference, `nothing` found in enough data, or `unknown` for too little data.
        text: The statement, in one sentence.
        detail: n, effect, interval and the limits of the statement.
    """

    kind: Kind | None
    answer: Answer
    text: str
    detail: str


def format_median(row: Mapping[str, Any], prefix: str = "") -> str:
    """`61% (interval 57% to 66%, n = 137)`; says so where n is too small for an interval.

    Args:
        row: `value`, `low`, `high` and `n` of a median; of the metric that it names, else of a share.
        prefix: Of these names in the row, such as `other_`.
    """
    value, low, high = (
        format_metric(str(row.get("metric")), row[f"{prefix}{name}"]) for name in ("value", "low", "high")
    )
    n = row[f"{prefix}n"]
    if row[f"{prefix}low"] is None or row[f"{prefix}high"] is None:
        return f"{value} (n\u00a0=\u00a0{n}, too few for an interval)"
    return f"{value} (interval {low} to {high}, n\u00a0=\u00a0{n:,})"
