"""What went wrong with a stored file, said so that a user can cure it."""

from __future__ import annotations

import errno
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dwell.errors import DamagedDataError, StorageError

_LIVE = "live.db"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def refused(path: Path, error: OSError) -> StorageError:
    """An `OSError` on a stored file, as the error that a user sees."""
    if error.errno in _FULL:
        return full(path)
    if error.errno in _CLOSED:
        return closed(path)
    return StorageError(
        f"{path} cannot be used ({error.strerror or error}): check the disk, or name another folder with --data."
    )


def full(path: Path) -> StorageError:
    """No space: nothing half-written is ever visible, so the cure is space and the same command again."""
    return StorageError(
        f"No space left for {path}: free some, or name another folder with --data, and run the command again."
    )


def closed(path: Path) -> StorageError:
    """No permission to write."""
    return StorageError(
        f"{path} cannot be written: allow this user to write there, or name another folder with --data."
    )


def damaged_journal(path: Path, what: str) -> DamagedDataError:
    """The journal cannot be read; the lake can, and the journal's catalogue is rebuilt from it."""
    from dwell.warehouse.rebuild import safe_until

    moment = safe_until(path.parent)
    lake = f"the lake is whole up to {moment}; import again what came after" if moment else "import your files again"
    return DamagedDataError(
        f"{path} is damaged ({what}): put it back from a backup, or run `dwell check --repair`, which makes it "
        f"again from the lake; {lake}."
    )


def damaged_live(path: Path, what: str) -> DamagedDataError:
    """`live.db` cannot be read; what was paid for stays in the tables, the rest is in no other file."""
    return DamagedDataError(
        f"{path} is damaged ({what}): put it back from a backup. Without one, `dwell check --repair` starts a new, "
        "empty one: costs, watchlists, schedules and kept responses are gone, the tables stay."
    )


def damaged_lake_file(path: Path, what: str) -> DamagedDataError:
    """A data file of the lake is not what was written."""
    return DamagedDataError(
        f"{path} is damaged ({what}): put this file back from a backup; without one, move the data folder away and "
        "import your files again."
    )


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
        raise refused(path, error) from error


def sidecars(journal: Path) -> list[Path]:
    """The journal and those of SQLite's files beside it that exist."""
    candidates = (journal, journal.with_name(journal.name + "-wal"), journal.with_name(journal.name + "-shm"))
    return [path for path in candidates if path.exists()]


@contextmanager
def journal_errors(path: Path) -> Iterator[None]:
    """Turns what SQLite and the operating system say about the journal, or `live.db`, into dwell's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(path, error) from error
    except OSError as error:
        raise refused(path, error) from error


def _translated(path: Path, error: sqlite3.Error) -> StorageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return damaged_live(path, str(error)) if path.name == _LIVE else damaged_journal(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return full(path)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return closed(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StorageError(f"{path} is held by another program: close it and run the command again.")
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(f"{path} cannot be read or written ({error}): check the disk and its free space.")
    return StorageError(f"{path} refused the operation ({error}): this is a fault of dwell's; please report it.")


@contextmanager
def lake_errors(path: Path) -> Iterator[None]:
    """Turns what DuckDB, delta-rs and the operating system say about the lake into dwell's errors.

    A fault in the SQL itself (a missing column, a failed cast) is not the lake's and passes as it is.
    """
    import duckdb
    from deltalake.exceptions import DeltaError

    try:
        yield
    except OSError as error:
        raise (full(path) if "No space" in str(error) else refused(path, error)) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _from_duckdb(path, error) from error
    except DeltaError as error:
        raise DamagedDataError(
            f"{path} is damaged ({error}): put the folder back from a backup; without one, move the data folder away "
            "and import your files again."
        ) from error


def _from_duckdb(path: Path, error: Exception) -> StorageError:
    text = str(error).splitlines()[0]
    if "No space left" in text or "max_temp_directory_size" in text:
        return full(path)
    if "Permission denied" in text or "Read-only file system" in text:
        return closed(path)
    return StorageError(f"{path} cannot be read or written ({text}): check the disk, or set DWELL_MEMORY higher.")


@contextmanager
def reading_errors(root: Path) -> Iterator[None]:
    """Names the lake file that turns out to be damaged while DuckDB reads it; other errors pass as they are."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException) as error:
        text = str(error).splitlines()[0]
        named = next((path for path in root.absolute().rglob("*.parquet") if str(path) in text), None)
        if named is None:
            raise
        raise damaged_lake_file(named, text.replace(str(named), "it")) from error
