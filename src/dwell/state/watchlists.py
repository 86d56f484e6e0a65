"""Named lists of accounts, hashtags, sounds and searches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from dwell.results import Result
from dwell.state.schema import watchlists
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from dwell.state.database import StateDatabase

_COLUMNS = ("watchlist", "kind", "name", "added_at")


def add(database: StateDatabase, watchlist: str, members: Sequence[tuple[str, str]], at: datetime) -> int:
    """Puts (kind, name) on a list; returns how many were not on it."""
    added = 0
    with database.transaction() as connection:
        for kind, name in members:
            row = {"watchlist": watchlist, "kind": kind, "name": name, "added_at": at}
            new = insert_into(connection, watchlists).values(row).on_conflict_do_nothing()
            added += len(connection.execute(new.returning(watchlists.c.name)).all())
    return added


def remove(database: StateDatabase, watchlist: str, members: Sequence[tuple[str, str]]) -> int:
    """Takes (kind, name) off a list; returns how many were on it."""
    row = watchlists.c
    removed = 0
    with database.transaction() as connection:
        for kind, name in members:
            mine = (row.watchlist == watchlist, row.kind == kind, row.name == name)
            removed += connection.execute(delete(watchlists).where(*mine)).rowcount
    return removed


def members(database: StateDatabase, watchlist: str) -> list[tuple[str, str]]:
    """(kind, name) of a list in the order in which they were put on it."""
    row = watchlists.c
    statement = select(row.kind, row.name).where(row.watchlist == watchlist).order_by(row.added_at, row.kind, row.name)
    with database.reading() as connection:
        return [(kind, name) for kind, name in connection.execute(statement)]


def list_all(database: StateDatabase) -> Result:
    """All lists: a row a member."""
    row = watchlists.c
    statement = select(row.watchlist, row.kind, row.name, row.added_at)
    with database.reading() as connection:
        rows = connection.execute(statement.order_by(row.watchlist, row.added_at, row.name)).all()
    return Result(_COLUMNS, [tuple(one) for one in rows])
