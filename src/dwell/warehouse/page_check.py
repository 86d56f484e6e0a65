"""What SQLite itself finds wrong with one of the databases of a data folder."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from dwell.disk.errors import sqlite_error
from dwell.errors import DamagedDataError
from dwell.warehouse import journal
from dwell.warehouse.journal_damage import damaged_journal

NOT_OURS = "it is not dwell's"
"""What is said of another database in the place of the journal."""


def find_page_damage(path: Path) -> str:
    """What SQLite finds wrong with a database; empty where nothing is."""
    try:
        with closing(sqlite3.connect(_uri(path), uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
    except UnicodeDecodeError as error:
        return str(error)
    except sqlite3.Error as error:
        # A database that is locked, or a folder that cannot be written, is not damaged.
        said = sqlite_error(path, error, damaged_journal)
        if not isinstance(said, DamagedDataError):
            raise said from error
        return str(error)
    if path.name == journal.NAME and application != journal.APPLICATION:
        return NOT_OURS
    return "" if verdict == "ok" else str(verdict)


def _uri(path: Path) -> str:
    """A database to read; in a folder that nobody can write, as it stands."""
    uri = path.absolute().as_uri()
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{uri}?mode=ro" if has_log or os.access(path.parent, os.W_OK) else f"{uri}?mode=ro&immutable=1"
