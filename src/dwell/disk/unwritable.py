"""Folders in which nothing can be written, on a read-only or a full disk, and how to read the databases in them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from dwell.disk.temporary import temporary_folder

_REFUSED = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})
_LEAST_BYTES = 1 << 20


def takes_files(folder: Path) -> bool:
    """Whether this process can write files in a folder, and there is room for small ones."""
    return os.access(folder, os.W_OK | os.X_OK) and not is_full(folder)


def is_full(folder: Path) -> bool:
    """Whether hardly anything is left of the disk of a folder."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_blocks > 0 and disk.f_bavail * disk.f_frsize < _LEAST_BYTES


def is_read_only(folder: Path) -> bool:
    """Whether the file system of a folder is mounted to be read only."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def connect_or_read(path: Path, connect: Callable[[str], sqlite3.Connection]) -> sqlite3.Connection:
    """Opens a database in WAL mode, to read and write, or only to read it where its folder takes no new file.

    SQLite wants to write beside a database even to read it. Where that fails and no write-ahead log is there, nobody
    else uses the database, so it is read as it stands. With a log, that a process left or a copy has, a copy of both is
    read.

    Args:
        path: The database.
        connect: Opens the one of a URI, and reads from it.

    Raises:
        sqlite3.Error: It cannot be opened in either way.
        OSError: The copy cannot be made.
    """
    try:
        return connect(f"{path.absolute().as_uri()}?mode=rw")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _REFUSED or not path.exists():
            raise
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
    with temporary_folder("dwell-read-") as folder:  # what is open stays readable when its names are gone
        for file in (path, log):
            shutil.copyfile(file, folder / file.name)
        return connect(f"{(folder / path.name).absolute().as_uri()}?mode=rw")
