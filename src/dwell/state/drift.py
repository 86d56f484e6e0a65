"""Where a provider's objects differ from its contract: noticed, counted, and never a reason to drop a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from dwell.results import Result
from dwell.state.schema import drift
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

FieldChange = tuple[str, str, str, str]
"""Object, field, what (`new`, `missing`, `retyped`), and what was seen."""

_KEY = ("provider", "object", "field", "what")


def record(connection: Connection, provider: str, changes: Mapping[FieldChange, int], at: datetime) -> None:
    """Adds what one page showed to the counts, inside the caller's transaction."""
    for (kind, field, what, seen), times in changes.items():
        row = {"provider": provider, "object": kind, "field": field, "what": what, "seen": seen}
        connection.execute(
            insert_into(connection, drift)
            .values(**row, first_at=at, last_at=at, times=times)
            .on_conflict_do_update(
                index_elements=list(_KEY), set_={"seen": seen, "last_at": at, "times": drift.c.times + times}
            )
        )


def list_since(database: StateDatabase, provider: str, at: datetime) -> Result:
    """The differences of one provider that were seen from then on: a row a field."""
    row = drift.c
    columns = (row.object, row.field, row.what, row.seen, row.times)
    statement = select(*columns).where(row.provider == provider, row.last_at >= at)
    with database.reading() as connection:
        rows = connection.execute(statement.order_by(row.object, row.field, row.what)).all()
    return Result(("object", "field", "what", "seen", "times"), [tuple(one) for one in rows])


def list_all(database: StateDatabase) -> Result:
    """All differences: a row a field, the latest first."""
    row = drift.c
    columns = (row.provider, row.object, row.field, row.what, row.seen, row.times, row.first_at, row.last_at)
    with database.reading() as connection:
        rows = connection.execute(
            select(*columns).order_by(row.last_at.desc(), row.provider, row.object, row.field)
        ).all()
    names = ("provider", "object", "field", "what", "seen", "times", "first_at", "last_at")
    return Result(names, [tuple(one) for one in rows])
