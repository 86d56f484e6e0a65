"""One statement of the report: the finding, the kind of its numbers, and its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dwell.charts.formatting import percent
from dwell.report.medians import Median

Kind = Literal["measured", "public", "counter", "predicted"]
Answer = Literal["found", "nothing", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement for a reader in a hurry.

    Attributes:
        kind: What the numbers are: measured by the platform, public counters, or predicted by a model.
        answer: `found` a difference, `nothing` found in enough data, or `unknown` for too little data.
        text: The statement, in one sentence.
        detail: n, effect, interval and the limits of the statement.
    """

    kind: Kind
    answer: Answer
    text: str
    detail: str


def format_median(median: Median) -> str:
    """`61% (95% interval 57% to 66%, n = 137)`; says so where n is too small for an interval."""
    if median.low is None or median.high is None:
        return f"{percent(median.value)} (n\u00a0=\u00a0{median.n}, too few for an interval)"
    low, high = percent(median.low), percent(median.high)
    return f"{percent(median.value)} (interval {low} to {high}, n\u00a0=\u00a0{median.n:,})"
