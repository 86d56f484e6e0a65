"""A copy of the state database at one instant, as an SQLite file, whichever database it is in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.errors import sidecars
from dwell.state import layout
from dwell.state.copies import to_line
from dwell.state.copy_rows import OnRows, copy_rows, count_rows
from dwell.state.database import StateDatabase
from dwell.state.database_errors import damaged_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PAGES = 4_096


def copy_state(
    database: StateDatabase,
    target: Path,
    *,
    on_pages: Callable[[int, int], None] | None = None,
    on_rows: OnRows | None = None,
) -> dict[str, int]:
    """Copies the whole state as it is now, while others go on writing; only its owner can read the copy.

    Args:
        database: What to copy, brought up to date.
        target: The SQLite file to write, which does not exist.
        on_pages: Is told how many pages are left, and how many there are; of SQLite.
        on_rows: Is told the table and how many more of its rows were copied; of PostgreSQL.

    Returns:
        Rows of each table.

    Raises:
        DamagedDataError: The database is damaged.
        StorageError: It cannot be read, or the copy cannot be written.
    """
    with database.instant() as connection:
        if database.path is not None:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy_pages(connection, target, on_pages)
        else:
            with closing(StateDatabase(target)) as copy:
                layout.prepare(copy)
                with copy.transaction(durable=False) as to:
                    copy_rows(connection, to, on_rows)
    with closing(StateDatabase(target)) as copy, copy.reading() as connection:
        verdict = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if verdict != "ok":
            raise damaged_state(database.path or target, to_line(verdict))
        rows = count_rows(connection)
    assert sidecars(target) == [target], "the last connection moves everything into the file"
    return rows


def _copy_pages(connection: Connection, target: Path, on_pages: Callable[[int, int], None] | None) -> None:
    raw: Any = connection.connection.driver_connection
    report = None if on_pages is None else lambda _, left, total: on_pages(left, total)
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        raw.backup(copy, pages=_PAGES, progress=report)
