"""How the tables of the state database are written: their columns, and a table with its key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, PrimaryKeyConstraint, Table, event, text

from dwell.state.types import Big, Instant, Words

metadata = MetaData()


def table(name: str, *parts: Any, key: tuple[str, ...], rowid: bool = False) -> Table:
    """A table; `rowid` where SQLite numbers its rows."""
    primary = PrimaryKeyConstraint(*key, name=f"{name}_pkey")
    return Table(name, metadata, *parts, primary, sqlite_with_rowid=rowid)


def words(name: str, **options: Any) -> Column[str]:
    """Text that is never null."""
    return Column(name, Words, nullable=False, **options)


def number(name: str, default: int | None = None) -> Column[int]:
    """A whole number that is never null."""
    return Column(name, Integer, nullable=False, server_default=None if default is None else text(str(default)))


def big(name: str, default: int | None = None) -> Column[int]:
    """A whole number of 64 bits that is never null, such as money in micro-dollars."""
    return Column(name, Big, nullable=False, server_default=None if default is None else text(str(default)))


def instant(name: str) -> Column[Any]:
    """An instant that is never null."""
    return Column(name, Instant, nullable=False)


def owner_columns() -> tuple[Column[str], Column[str]]:
    """Whom a row belongs to, by kind and id: a sweep, or the polls of a day."""
    return words("owner_kind", server_default=text("'sweep'")), words("owner_id")


@event.listens_for(metadata, "before_create")
def _copy_conditions(_: MetaData, connection: Connection, **__: Any) -> None:
    """An index over some rows has the same condition on PostgreSQL; if it said so, SQLite would load that dialect."""
    if connection.dialect.name == "postgresql":
        for one in (index for table in metadata.tables.values() for index in table.indexes):
            if (condition := one.dialect_options["sqlite"]["where"]) is not None:
                one.dialect_options["postgresql"]["where"] = condition
