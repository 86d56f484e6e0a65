"""How far the streams of connected accounts were read: their cursors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select

from dwell.state.connection_schema import stream_states
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from dwell.state.database import StateDatabase

WHOLE = ""
"""The partition of a stream that is read as a whole."""


class StreamName(NamedTuple):
    """One stream of one account.

    Attributes:
        provider: The provider.
        account: The id of the account there.
        stream: The stream.
    """

    provider: str
    account: str
    stream: str


def read(database: StateDatabase, name: StreamName) -> dict[str, str]:
    """Partition -> cursor; empty for a stream that was never read."""
    row = stream_states.c
    mine = select(row.partition, row.cursor).where(_is(name))
    with database.reading() as connection:
        return {each.partition: each.cursor for each in connection.execute(mine)}


def save(database: StateDatabase, name: StreamName, cursors: Mapping[str, str], now: datetime) -> None:
    """Stores the cursors of some partitions, all or none."""
    with database.transaction() as connection:
        for partition, cursor in cursors.items():
            advance(connection, name, partition, cursor, now)


def advance(connection: Connection, name: StreamName, partition: str, cursor: str, now: datetime) -> bool:
    """Stores one cursor inside the caller's transaction; false where it is stored already."""
    row = stream_states.c
    values = {"cursor": cursor, "updated_at": now}
    statement = (
        insert_into(connection, stream_states)
        .values(**name._asdict(), partition=partition, **values)
        .on_conflict_do_update(
            index_elements=[row.provider, row.account, row.stream, row.partition],
            set_=values,
            where=row.cursor != cursor,
        )
        .returning(row.cursor)
    )
    return connection.execute(statement).first() is not None


def forget(database: StateDatabase, name: StreamName) -> None:
    """The stream will be read from its beginning."""
    with database.transaction() as connection:
        connection.execute(delete(stream_states).where(_is(name)))


def _is(name: StreamName) -> ColumnElement[bool]:
    row = stream_states.c
    return (row.provider == name.provider) & (row.account == name.account) & (row.stream == name.stream)
