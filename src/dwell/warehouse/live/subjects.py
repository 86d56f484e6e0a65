"""Ids that providers need in place of names, remembered so that no lookup is paid for twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.warehouse.live.database import Execute, StateDatabase, instant, micros


@dataclass(frozen=True, slots=True)
class CachedSubject:
    """What a lookup told.

    Attributes:
        id: The platform's id.
        key: A further id that the provider demands.
        total: How many posts it had.
        looked_up_at: When that was, UTC.
    """

    id: str | None
    key: str | None
    total: int | None
    looked_up_at: datetime


def find(database: StateDatabase, provider: str, kind: str, name: str) -> CachedSubject | None:
    """What is known of an account, hashtag or sound at a provider."""
    rows = database.rows(
        "SELECT id, key, total, looked_up_at FROM subjects WHERE provider = ? AND kind = ? AND name = ?",
        (provider, kind, name),
    )
    if not rows:
        return None
    found_id, key, total, at = rows[0]
    looked_up_at = instant(at)
    assert looked_up_at is not None, "looked_up_at is NOT NULL"
    return CachedSubject(found_id, key, total, looked_up_at)


def save(run: Execute, provider: str, kind: str, name: str, known: CachedSubject) -> None:
    """Notes what a lookup told, inside the caller's transaction."""
    run(
        "INSERT INTO subjects VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, kind, name) DO UPDATE SET"
        " id = excluded.id, key = excluded.key, total = excluded.total, looked_up_at = excluded.looked_up_at",
        (provider, kind, name, known.id, known.key, known.total, micros(known.looked_up_at)),
    )


def names_of(database: StateDatabase, provider: str, kind: str, platform_id: str) -> list[str]:
    """The names under which an id was looked up, the latest first."""
    rows = database.rows(
        "SELECT name FROM subjects WHERE provider = ? AND kind = ? AND id = ? ORDER BY looked_up_at DESC",
        (provider, kind, platform_id),
    )
    return [name for (name,) in rows]
