"""Ids that providers need in place of names, remembered so that no lookup is paid for twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from dwell.state.schema import subjects
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase


_FIND = select(subjects.c.id, subjects.c.key, subjects.c.total, subjects.c.looked_up_at).where(
    subjects.c.provider == bindparam("of"),
    subjects.c.kind == bindparam("of_kind"),
    subjects.c.name == bindparam("named"),
)


@dataclass(frozen=True, slots=True)
class CachedSubject:
    """What a lookup returned.

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
    """What is remembered of a name; None where it was never looked up."""
    with database.reading() as connection:
        row = connection.execute(_FIND, {"of": provider, "of_kind": kind, "named": name}).one_or_none()
    return None if row is None else CachedSubject(*row)


def save(connection: Connection, provider: str, kind: str, name: str, subject: CachedSubject) -> None:
    """Remembers what a lookup returned, inside the caller's transaction."""
    values = {"id": subject.id, "key": subject.key, "total": subject.total, "looked_up_at": subject.looked_up_at}
    connection.execute(
        insert_into(connection, subjects)
        .values(provider=provider, kind=kind, name=name, **values)
        .on_conflict_do_update(index_elements=[subjects.c.provider, subjects.c.kind, subjects.c.name], set_=values)
    )
