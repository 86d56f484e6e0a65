"""What went wrong with a file of the lake, said so that a user can cure it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dwell.disk.checksum import has_unverified
from dwell.disk.errors import disk_full, not_writable, os_error, output_error
from dwell.errors import DamagedDataError, StorageError

_REASONS = {
    "No space left": errno.ENOSPC,
    "Disk quota": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "Permission denied": errno.EACCES,
    "Read-only file system": errno.EROFS,
    "No such file": errno.ENOENT,
    "Broken pipe": errno.EPIPE,
}
"""What DuckDB says instead of the number of an error."""

_READING = {
    "Too many open files": errno.EMFILE,
    "Permission denied": errno.EACCES,
    "Input/output error": errno.EIO,
    "Stale file handle": errno.ESTALE,
}
"""What keeps a file that is whole from being read."""

_NO_MEMORY = ("Out of Memory", "could not allocate block", "failed to allocate", "failed to pin")
_OF_SYSTEM = re.compile("bad allocation|bad_alloc|Allocation failure|malloc", re.IGNORECASE)
"""The system refused; a limit of DuckDB's own says how much of it is used."""
_LARGE_LIMIT = re.compile(r"/[\d.]+ [GT]iB used")
"""Without DWELL_MEMORY, the share of the machine that questions have, not the limit of an import."""
_NO_DISK = ("max_temp_directory_size", "No space left")


def damaged_rollup_file(path: Path, what: str) -> DamagedDataError:
    """A file of the roll-up is not what was written; it is derived, so nothing is lost."""
    return DamagedDataError(f"{path} is damaged ({what}): run `dwell check --repair`, which rebuilds it.")


def damaged_lake_file(path: Path, what: str) -> DamagedDataError:
    """A data file of the lake is not what was written."""
    return DamagedDataError(
        f"{path} is damaged ({what}): restore this file from a backup; without one, `dwell check --repair` moves it "
        "aside and says what to import again."
    )


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
        raise (disk_full(path) if "No space" in str(error) else os_error(path, error)) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _from_duckdb(path, error) from error
    except DeltaError as error:
        raise DamagedDataError(
            f"{path} is damaged ({error}): restore the folder from a backup; without one, move the data folder away "
            "and import your files again."
        ) from error


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turns what DuckDB and the operating system say about a file that a user named for an output into our errors."""
    import duckdb

    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        if is_out_of_memory(error):
            raise out_of_memory(error) from error
        text = str(error).splitlines()[0]
        number = next((number for reason, number in _REASONS.items() if reason in text), errno.EIO)
        raise output_error(path, OSError(number, os.strerror(number))) from error


def is_out_of_memory(error: Exception) -> bool:
    """DuckDB lacked memory, in whatever way it says so; a spill that the disk has no room for is another matter."""
    text = str(error)
    return not any(reason in text for reason in _NO_DISK) and any(reason in text for reason in _NO_MEMORY)


def out_of_memory(error: Exception) -> StorageError:
    """A query needs more memory than it may use: more than DWELL_MEMORY, or than the system gives."""
    from dwell.settings.memory import describe_shortage

    text, is_set = str(error).splitlines()[0], bool(os.environ.get("DWELL_MEMORY", "").strip())
    if _OF_SYSTEM.search(text) or (not is_set and _LARGE_LIMIT.search(text)):
        cure = describe_shortage()
    else:
        cure = f"set DWELL_MEMORY higher, such as 1GB{', or unset it' if is_set else ''}"
    return StorageError(f"Not enough memory ({text}): {cure}; fewer DWELL_THREADS need less.")


def _from_duckdb(path: Path, error: Exception) -> StorageError:
    text = str(error).splitlines()[0]
    if is_out_of_memory(error):
        return out_of_memory(error)
    if any(word in text for word in ("No space left", "File too large", "Disk quota", "max_temp_directory_size")):
        return disk_full(path)
    if "Permission denied" in text or "Read-only file system" in text:
        return not_writable(path)
    return StorageError(f"{path} cannot be read or written ({text}): check the disk.")


_FAULTS_OF_SQL = (
    "BinderException",
    "CatalogException",
    "InterruptException",
    "NotImplementedException",
    "ParserException",
    "SyntaxException",
)
"""Errors of DuckDB that no file is the cause of, however damaged it is."""


@contextmanager
def reading_errors(root: Path) -> Iterator[None]:
    """Names the lake file that turns out to be damaged while DuckDB reads it; other errors pass as they are.

    Files with a checksum were found whole before DuckDB opened them; those of an older dwell have none yet.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        text = str(error).splitlines()[0]
        if is_out_of_memory(error):
            raise out_of_memory(error) from error
        named = next((path for path in root.absolute().rglob("*.parquet") if str(path) in text), None)
        if named is not None:
            if number := next((number for reason, number in _READING.items() if reason in text), None):
                if number == errno.EACCES:
                    raise StorageError(f"{named} cannot be read: allow this user to read it.") from error
                raise os_error(named, OSError(number, os.strerror(number))) from error
            damaged = (
                damaged_rollup_file if "rollups" in named.relative_to(root.absolute()).parts else damaged_lake_file
            )
            raise damaged(named, text.replace(str(named), "it")) from error
        if type(error).__name__ in _FAULTS_OF_SQL or not has_unverified(root):
            raise
        raise DamagedDataError(
            f"A data file in {root} is damaged ({text}): `dwell check` names it, and `dwell check --repair` "
            "rebuilds it where that is possible."
        ) from error
