"""Answers over time with the newest rows first: an assistant sees the first rows of a long answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dwell.results import Result
    from dwell.workspace.snapshot import Snapshot


def newest_trend(snapshot: Snapshot, **question: Any) -> Result:
    """The trend, newest period first."""
    found = snapshot.trend(**question)
    return replace(found, rows=found.rows[::-1])


def newest_growth(snapshot: Snapshot, **question: Any) -> Result:
    """The growth, newest reading first; pairs of readings without a known growth are last."""
    found = snapshot.growth(**question)
    known, at = (found.columns.index(name) for name in ("views_per_hour", "to_at"))
    newest = sorted(found.rows, key=lambda row: (row[known] is not None, row[at]), reverse=True)
    return replace(found, rows=newest)
