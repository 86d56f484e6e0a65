"""Which accounts of a data folder are connected, found out without loading SQLAlchemy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dwell.state.database import NAME

FIRST_LAYOUT = 7
"""The first layout that has connections."""


def may_have_connections(root: Path) -> bool:
    """Whether the `live.db` of a folder has a connection; true if that cannot be told.

    Most folders have none, and then `dwell status` needs nothing of the state.
    """
    return _has_row(root, "SELECT 1 FROM connections LIMIT 1", unclear=True)


def is_connected_here(root: Path, handle: str) -> bool:
    """Whether the `live.db` of a folder has a connection of this account that has not ended; false if unclear."""
    mine = "SELECT 1 FROM connections WHERE lower(username) = ? AND disconnected_at IS NULL LIMIT 1"
    return _has_row(root, mine, handle, unclear=False)


def _has_row(root: Path, question: str, *words: str, unclear: bool) -> bool:
    path = root / NAME
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (layout,) = connection.execute("PRAGMA user_version").fetchone()
            if layout < FIRST_LAYOUT:
                return False
            return connection.execute(question, words).fetchone() is not None
    except (sqlite3.Error, UnicodeDecodeError):  # the second where its message repeats damaged text
        return unclear
