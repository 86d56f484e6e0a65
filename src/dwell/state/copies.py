"""Second copies of the rows of an SQLite state, in which damage is found: SQLite itself has no checksums.

Each table has an index of all its columns, `<table>_copy`. SQLite keeps it with the rows, and its integrity check
compares the two: a byte that was changed in either is found. Kept responses have checksums instead, because their
bodies are large. PostgreSQL has checksums of its own, so it has no copies.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from dwell.disk.errors import sqlite_error
from dwell.state.database import StateDatabase
from dwell.state.database_errors import damaged_state

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

SUFFIX = "_copy"
WITHOUT = frozenset({"responses"})
MOST_ROWS = 50_000
"""A table with more rows is compared by `dwell check` and `dwell backup` alone: here it would take more than 0.2 s."""
_WORDS = re.compile(r"\w+")
_HEADING = re.compile(r"\*{3} in database \w+ \*{3}\s*")


def update_copies(connection: Connection, tables: list[Table]) -> None:
    """Makes the copies that the tables lack, inside the caller's transaction; called whenever tables were changed."""
    known = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
    existing = {name: sql for name, sql in known if name.endswith(SUFFIX)}
    for table in tables:
        if table.name in WITHOUT:
            continue
        key = [column.name for column in table.primary_key]
        names = key + sorted(column.name for column in table.columns if column.name not in key)
        index = table.name + SUFFIX
        sql = f'CREATE INDEX "{index}" ON "{table.name}" ({", ".join(map(_quote, names))})'
        if existing.get(index) == sql:
            continue
        if index in existing:
            connection.exec_driver_sql(f'DROP INDEX "{index}"')
        connection.exec_driver_sql(sql)


def _quote(name: str) -> str:
    return f'"{name}"'


def compare_on_use(database: StateDatabase, tables: list[Table]) -> None:
    """From now on each table of an SQLite state is compared with its copy before its first use by this process.

    Whoever uses a damaged one gets a `DamagedDataError`.
    """
    path = database.path
    if path is None:
        return
    left, seen = {table.name for table in tables} - WITHOUT, set[str]()

    @event.listens_for(database.engine, "before_cursor_execute")
    def compare(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        if not left or statement in seen:
            return
        raw: Any = connection.connection.driver_connection
        for name in left.intersection(_WORDS.findall(statement)):
            try:
                verdict = compare_table(raw, name)
            except sqlite3.Error as error:
                raise sqlite_error(path, error, damaged_state) from error
            if verdict:
                raise damaged_state(path, f"{name}: {verdict}")
            left.discard(name)
        seen.add(statement)


def compare_table(raw: sqlite3.Connection, name: str) -> str:
    """What SQLite finds wrong with a table and its indexes; empty where nothing is, or it has too many rows."""
    if raw.execute(f'SELECT 1 FROM "{name}" LIMIT 1 OFFSET {MOST_ROWS}').fetchone():
        return ""
    (verdict,) = raw.execute(f'PRAGMA integrity_check("{name}")').fetchone()
    return "" if verdict == "ok" else to_line(verdict)


def to_line(verdict: str) -> str:
    """What SQLite's integrity check says, as a part of a sentence."""
    return " ".join(_HEADING.sub("", verdict).split())
