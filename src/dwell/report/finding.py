"""One sentence of the report: what was found, what kind of number it rests on, and how sure it is."""

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
        answer: `found` a difference, `nothing` found among enough data, `unknown` for too little data.
        text: The statement, in one sentence.
        detail: n, effect, interval and what the statement does not say.
    """

    kind: Kind
    answer: Answer
    text: str
    detail: str


def format_median(middle: Median) -> str:
    """`61% (95% interval 57% to 66%, n = 137)`; says so where n is too small for an interval."""
    if middle.low is None or middle.high is None:
        return f"{percent(middle.value)} (n\u00a0=\u00a0{middle.n}, too few for an interval)"
    low, high = percent(middle.low), percent(middle.high)
    return f"{percent(middle.value)} (interval {low} to {high}, n\u00a0=\u00a0{middle.n:,})"
