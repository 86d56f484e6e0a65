"""What the operating system or SQLite refuses, as the error that a user sees."""

from __future__ import annotations

import errno
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dwell.disk.holder import find_holder
from dwell.disk.unwritable import is_full, is_read_only
from dwell.errors import DamagedDataError, ReaderGoneError, StorageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MANY = frozenset({errno.EMFILE, errno.ENFILE})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def os_error(path: Path, error: OSError) -> StorageError:
    """An `OSError` on a stored file, as the error that a user sees."""
    if error.errno in FULL:
        return disk_full(path)
    if error.errno in _CLOSED:
        return not_writable(path)
    if error.errno in _MANY:
        return StorageError(
            f"{path} cannot be opened ({error.strerror or error}): raise the limit of open files (ulimit -n), and run "
            "the command again."
        )
    return StorageError(
        f"{path} cannot be used ({error.strerror or error}): check the disk, or name another folder with --data."
    )


def disk_full(path: Path) -> StorageError:
    """No space: nothing half-written is ever visible, so the cure is space and the same command again."""
    return StorageError(
        f"No space left for {path}: free some, or name another folder with --data, and run the command again."
    )


def output_error(path: Path, error: OSError) -> StorageError:
    """An `OSError` on a file that the user named for an output, as the error that a user sees."""
    if error.errno == errno.EPIPE:
        return ReaderGoneError(f"Nobody reads {path} any more.")
    if error.errno in FULL:
        return StorageError(f"No space left for {path}: free some, or choose another file with -o.")
    return StorageError(f"Cannot write {path} ({error.strerror or error}): choose another file with -o.")


def not_writable(path: Path) -> StorageError:
    """No permission to write, or no disk that takes anything."""
    folder = path if path.is_dir() else path.parent
    if is_read_only(folder):
        return StorageError(
            f"{path} cannot be written, because its disk is mounted read-only: mount it for writing, or name another "
            "folder with --data."
        )
    if is_full(folder):
        return disk_full(path)
    return StorageError(
        f"{path} cannot be written: allow this user to write there, or name another folder with --data."
    )


@contextmanager
def sqlite_errors(path: Path, damaged: Callable[[Path, str], DamagedDataError]) -> Iterator[None]:
    """Turns what SQLite and the operating system say about a database into dwell's errors.

    Args:
        path: The database.
        damaged: Makes the error for a damaged one, which says what can be had again.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise sqlite_error(path, error, damaged) from error
    except UnicodeDecodeError as error:  # SQLite quotes damaged names in its errors, which sqlite3 of Python decodes
        raise damaged(path, str(error)) from error
    except OSError as error:
        raise os_error(path, error) from error


def sqlite_error(path: Path, error: sqlite3.Error, damaged: Callable[[Path, str], DamagedDataError]) -> StorageError:
    """One error of SQLite's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT} or _tells_damage(error):
        return damaged(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR} and not path.parent.exists():
        return StorageError(
            f"The folder {path.parent} is gone: it was deleted or moved. Put it back, or name another folder with"
            " --data."
        )
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return not_writable(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        found = find_holder(*sidecars(path))
        who = "another program: close it" if found is None else str(found)
        return StorageError(f"{path} is held by {who}, and run the command again.")
    if code == sqlite3.SQLITE_IOERR and is_full(path.parent):
        return disk_full(path)
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            f"{path} cannot be read or written ({error}): check the disk and its free space, then run `dwell check`."
        )
    return StorageError(
        f"{path} refused the operation ({error}): run `dwell check`; if it finds nothing, this is a bug in dwell; "
        "please report it."
    )


def _tells_damage(error: sqlite3.Error) -> bool:
    """SQLite has one code for a wrong statement and for a schema or a text that damage has changed."""
    return str(error).startswith(("Could not decode to UTF-8", "no such ", "malformed", "unsupported file format"))


def move_away(path: Path) -> None:
    """Moves a database and what belongs to it into `damaged/`, beside whatever was moved there before."""
    present = sidecars(path) if path.exists() else [one for one in sidecars(path) if one != path]
    if not present:
        return
    try:
        place = path.parent / "damaged"
        place.mkdir(exist_ok=True)
        number = next(n for n in itertools.count() if not (place / f"{path.name}.{n}").exists())
        for file in present:
            file.rename(place / file.name.replace(path.name, f"{path.name}.{number}", 1))
    except OSError as error:
        raise os_error(path, error) from error


def set_aside(root: Path, path: Path) -> Path:
    """Moves a damaged file or folder of a data folder to the same place in its `damaged/`; returns where it is.

    Raises:
        StorageError: The folder cannot be written.
    """
    target = root / "damaged" / path.relative_to(root)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = next(n for n in itertools.count() if not os.path.lexists(f"{target}.{n}"))
        return path.rename(target.with_name(f"{target.name}.{number}"))
    except OSError as error:
        raise os_error(path, error) from error


def is_in_use(database: Path) -> bool:
    """Another connection, of any process, has an SQLite database in WAL mode open, be it to read or to write."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=0.0)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except UnicodeDecodeError:
        return False
    except sqlite3.Error as error:  # a damaged one says nothing about who uses it
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return False


def sidecars(journal: Path) -> list[Path]:
    """The journal and those of SQLite's files beside it that exist."""
    candidates = (journal, journal.with_name(journal.name + "-wal"), journal.with_name(journal.name + "-shm"))
    return [path for path in candidates if path.exists()]
