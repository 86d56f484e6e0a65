"""One checksum over all rows of the catalogue, the keys and values of `meta`, and the schema of the journal.

Whoever opens the journal compares it, and every transaction begins with that and ends with a new one, so that nothing
damaged is written again as if it were whole. It is a row of `meta`, beside `revision`, which counts the transactions.
"""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

from dwell.warehouse.journal_damage import damaged_journal
from dwell.warehouse.row_checksums import encode

SINCE = 7
"""The first layout that has checksums."""

_CHECKSUM, _REVISION = "checksum", "revision"

_ROWS = (
    "PRAGMA user_version",
    "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
    f"SELECT key, value FROM meta WHERE key <> '{_CHECKSUM}' ORDER BY key",
    "SELECT * FROM lake_tables ORDER BY name",
    "SELECT * FROM lake_files ORDER BY name, path",
    "SELECT * FROM rollup_files ORDER BY path",
    "SELECT * FROM log_files ORDER BY name, path",
)

_NO_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_INTERRUPT,
    }
)


def is_known(connection: sqlite3.Connection) -> bool:
    """The journal has checksums: a dwell of today made it, or has written to it."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version) >= SINCE


def verify(path: Path, connection: sqlite3.Connection, newest: int = 0) -> None:
    """Compares the checksum, inside the caller's transaction.

    Args:
        path: The journal.
        connection: It, open.
        newest: A change that is known to be stored.

    Raises:
        DamagedDataError: The rows are not those that were written, or later changes are missing.
    """
    try:
        known = dict(connection.execute(f"SELECT key, value FROM meta WHERE key IN ('{_CHECKSUM}', '{_REVISION}')"))
        if is_known(connection):
            if known.get(_CHECKSUM) != _compute(connection):
                raise damaged_journal(path, "its catalogue is not what was written")
        elif known:
            raise damaged_journal(path, "the number of its layout is not what was written")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_DAMAGE:
            raise
        raise damaged_journal(path, str(error)) from error
    if (missing := newest - int(known.get(_REVISION, 0))) > 0:
        raise damaged_journal(path, f"its newest changes are missing, {missing} of them")


def store(connection: sqlite3.Connection) -> int:
    """Counts the transaction and stores the checksum at its end; returns its number, 0 in an older layout."""
    if not is_known(connection):
        return 0
    sql = "INSERT INTO meta VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value"
    ((revision,),) = connection.execute(sql, (_REVISION,)).fetchall()
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_CHECKSUM, _compute(connection)))
    return int(revision)


def _compute(connection: sqlite3.Connection) -> int:
    found = 0
    for sql in _ROWS:
        found = zlib.crc32(encode(connection.execute(sql).fetchall()), found)
    return found
