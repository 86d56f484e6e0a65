"""Named lists of what to watch: accounts, hashtags, sounds, searches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dwell.results import Result
from dwell.warehouse.live.database import StateDatabase, instant, micros


def add(database: StateDatabase, watchlist: str, members: Sequence[tuple[str, str]], at: datetime) -> int:
    """Puts (kind, name) on a list; returns how many were not on it."""
    with database.transaction() as run:
        return sum(
            run("INSERT OR IGNORE INTO watchlists VALUES (?, ?, ?, ?)", (watchlist, kind, name, micros(at))).rowcount
            for kind, name in members
        )


def remove(database: StateDatabase, watchlist: str, members: Sequence[tuple[str, str]]) -> int:
    """Takes (kind, name) off a list; returns how many were on it."""
    with database.transaction() as run:
        return sum(
            run(
                "DELETE FROM watchlists WHERE watchlist = ? AND kind = ? AND name = ?", (watchlist, kind, name)
            ).rowcount
            for kind, name in members
        )


def members(database: StateDatabase, watchlist: str) -> list[tuple[str, str]]:
    """(kind, name) of a list in the order in which they were put on it."""
    rows = database.rows(
        "SELECT kind, name FROM watchlists WHERE watchlist = ? ORDER BY added_at, kind, name", (watchlist,)
    )
    return [(kind, name) for kind, name in rows]


def list_all(database: StateDatabase) -> Result:
    """All lists: a row a member."""
    rows = database.rows("SELECT watchlist, kind, name, added_at FROM watchlists ORDER BY watchlist, added_at, name")
    shown = [(watchlist, kind, name, instant(at)) for watchlist, kind, name, at in rows]
    return Result(("watchlist", "kind", "name", "added_at"), shown)
