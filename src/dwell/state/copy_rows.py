"""Every row of the state database, from SQLite or PostgreSQL to either; tables are those of the schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.types import TypeDecorator

from dwell.state.layout import load_metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROWS, _ROWS_WITH_BODIES = 1_000, 8
"""Rows in memory at once; a response may have 32 MB."""

OnRows = Callable[[str, int], None]
"""Is told the table and how many more of its rows were copied."""


def copy_rows(source: Connection, target: Connection, on_rows: OnRows | None = None) -> dict[str, int]:
    """Copies the rows of every table, as they are stored, into empty tables.

    Args:
        source: An open transaction that sees one instant.
        target: An open transaction.
        on_rows: Is told of progress.

    Returns:
        Rows of each table.
    """
    copied = {}
    for known in load_metadata().sorted_tables:
        table, number = as_stored(known), 0
        size = _ROWS_WITH_BODIES if any(isinstance(column.type, LargeBinary) for column in table.c) else _ROWS
        # A cursor of a transaction on PostgreSQL's side gives the rows a few at a time.
        found = source.execution_options(stream_results=True, max_row_buffer=size).execute(select(table))
        for rows in found.mappings().partitions(size):
            target.execute(insert(table), [dict(row) for row in rows])
            number += len(rows)
            if on_rows is not None:
                on_rows(known.name, len(rows))
        copied[known.name] = number
        _continue_numbers(target, known)
    return copied


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of each table."""
    return {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in load_metadata().sorted_tables
    }


def as_stored(table: Table) -> Table:
    """The table with the types that the database has: no value is read and written again."""
    return Table(table.name, MetaData(), *(Column(column.name, _stored(column.type)) for column in table.columns))


def _stored(type_: Any) -> Any:
    return _stored(type_.impl_instance) if isinstance(type_, TypeDecorator) else type_


def _continue_numbers(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows after those that were copied; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    last = connection.scalar(select(func.max(column)))
    if last is not None:
        connection.scalar(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), last)))
