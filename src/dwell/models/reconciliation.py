"""How far two sources of the same figures agree, figure by figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any

COLUMNS = (
    "what", "field", "compared", "equal", "median_difference", "largest_difference", "largest_at", "api_value",
    "file_value", "hours_apart",
)  # fmt: skip

_EQUAL = 1e-9


def difference(pair: Mapping[str, Any]) -> float:
    """How far the API is from the file, as a share of the larger of the two; 0 where both are 0."""
    largest = max(abs(pair["api_value"]), abs(pair["file_value"]))
    return 0.0 if largest == 0 else (pair["api_value"] - pair["file_value"]) / largest


def summarize_pairs(what: str, pairs: Sequence[Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    """A row of `COLUMNS` for each figure, in alphabetical order.

    Args:
        what: `day` or `video`.
        pairs: Rows of `reconcile_days` or `reconcile_posts`, in the order of their fields.
    """
    for field, group in groupby(pairs, lambda pair: pair["field"]):
        rows = list(group)
        worst = max(rows, key=lambda pair: abs(difference(pair)))
        yield (
            what,
            field,
            len(rows),
            sum(abs(difference(pair)) <= _EQUAL for pair in rows),
            median(abs(difference(pair)) for pair in rows),
            difference(worst),
            worst["subject"],
            worst["api_value"],
            worst["file_value"],
            worst["hours_apart"],
        )
