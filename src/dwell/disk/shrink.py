"""An SQLite database without what was deleted: neither free pages nor its write-ahead log have old rows afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dwell.errors import StorageError


def shrink(connection: Any, path: Path) -> None:
    """Writes a database anew without its free pages, and empties its write-ahead log.

    Args:
        connection: The driver's connection to it, outside any transaction.
        path: The database.

    Raises:
        StorageError: Another process reads it.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("VACUUM")
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageError(
            f"{path} is being read, so what was erased stays in its write-ahead log: stop what uses the folder "
            "(`dwell serve`, `dwell worker`, `dwell run`, a notebook), then run the same command again."
        )
