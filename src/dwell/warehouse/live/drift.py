"""Where a provider's objects differ from its contract: noticed, counted, and never a reason to drop a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dwell.results import Result
from dwell.warehouse.live.database import Execute, StateDatabase, instant, micros

FieldChange = tuple[str, str, str, str]
"""Object, field, what (`new`, `missing`, `retyped`), and what was seen."""


def record(run: Execute, provider: str, seen: Mapping[FieldChange, int], at: datetime) -> None:
    """Adds what one page showed to the counts, inside the caller's transaction."""
    for (kind, field, what, found), times in seen.items():
        run(
            "INSERT INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, object, field, what) DO UPDATE"
            " SET seen = excluded.seen, last_at = excluded.last_at, times = times + excluded.times",
            (provider, kind, field, what, found, micros(at), micros(at), times),
        )


def list_since(database: StateDatabase, provider: str, at: datetime) -> Result:
    """The differences of one provider that were seen from then on: a row a field."""
    rows = database.rows(
        "SELECT object, field, what, seen, times FROM drift WHERE provider = ? AND last_at >= ? ORDER BY 1, 2, 3",
        (provider, micros(at)),
    )
    return Result(("object", "field", "what", "seen", "times"), rows)


def list_all(database: StateDatabase) -> Result:
    """All differences: a row a field, the latest first."""
    rows = database.rows(
        "SELECT provider, object, field, what, seen, times, first_at, last_at FROM drift ORDER BY last_at DESC, 1, 2, 3"
    )
    shown = [(*row[:6], instant(row[6]), instant(row[7])) for row in rows]
    return Result(("provider", "object", "field", "what", "seen", "times", "first_at", "last_at"), shown)
