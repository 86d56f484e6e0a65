"""The journal: a SQLite database in WAL mode that holds small batches, the ingest log and the catalogue.

Its tables carry only rows that no seal has moved yet, because a seal deletes what it moved in the transaction that
makes the moved rows visible in the lake.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dwell.disk.unwritable import connect_or_read
from dwell.errors import DamagedDataError, StorageError
from dwell.warehouse import journal_checksum, journal_revision
from dwell.warehouse.journal_damage import damaged_journal, journal_errors

NAME = "journal.db"
VERSION = 8  # of the folder's layout: goes up with every table or column that is added; a newer one is refused
APPLICATION = 0x6477656C  # "dwel", in SQLite's header

# A writer waits this long for a reader that is copying the WAL back; writers exclude one another by `writer.lock`.
_BUSY_MS = 30_000


@contextmanager
def connect(path: Path, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
    """An open journal whose layout this dwell knows, and whose catalogue is what was written.

    Raises:
        DamagedDataError: It is no SQLite database, is cut off or damaged, is another program's, or lacks its newest
            changes.
        StorageError: A newer dwell made it, or the folder cannot be used.
    """
    newest = journal_revision.read(path.parent)  # before the journal is opened: nothing can be stored in between
    with journal_errors(path), closing(_open(path, writing=writing)) as connection:
        _check_identity(path, connection)
        try:
            with read_transaction(connection):
                journal_checksum.verify(path, connection, newest)
        except DamagedDataError:
            journal_revision.keep_log(path)  # before SQLite moves what it can read of it into the database
            raise
        yield connection


def _open(path: Path, *, writing: bool) -> sqlite3.Connection:
    if not writing:
        return connect_or_read(path, _connect)
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    # A power cut must not lose an import that was reported as done.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _check_identity(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise damaged_journal(path, "it is not dwell's")
    if version > VERSION:
        ((layout,),) = connection.execute("SELECT max(value) FROM meta WHERE key = 'layout'").fetchall()
        if isinstance(layout, int) and layout < version:
            raise damaged_journal(path, "the number of its layout is not what was written")
        raise StorageError(
            f"{path.parent} was written by a newer dwell (layout {version}, this one knows {VERSION}): update dwell."
        )


def check_pages(path: Path, connection: sqlite3.Connection) -> None:
    """Reads every page of the journal, and every entry of its indexes.

    Raises:
        DamagedDataError: A page is damaged or missing, or an index does not have the rows of its table.
    """
    # Twice the time of `quick_check`, 2 s a million posts. That one compares no index, and a row that its index lacks
    # is taken for a new one.
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise damaged_journal(path, verdict)


@contextmanager
def transaction(connection: sqlite3.Connection, *, fresh: bool = False) -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any way out that is not the end.

    Args:
        connection: The journal.
        fresh: It has no tables yet.

    Raises:
        DamagedDataError: The catalogue is not what was written: nothing is written on top of that.
    """
    path = path_of(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not fresh:
            journal_checksum.verify(path, connection)
        yield
        revision = journal_checksum.store(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    commit(connection)
    if path.name == NAME:
        journal_revision.write(path.parent, revision)


def path_of(connection: sqlite3.Connection) -> Path:
    """The file of an open journal."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def commit(connection: sqlite3.Connection) -> None:
    """The one moment at which a change becomes visible to readers, and lasts."""
    connection.execute("COMMIT")


@contextmanager
def read_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything read inside belongs to one instant."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
