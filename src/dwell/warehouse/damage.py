"""What went wrong with a file of the lake, said so that a user can cure it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dwell.disk.errors import disk_full, not_writable, os_error
from dwell.errors import DamagedDataError, StorageError


def damaged_rollup_file(path: Path, what: str) -> DamagedDataError:
    """A file of the roll-up is not what was written; it is derived, so nothing is lost."""
    return DamagedDataError(f"{path} is damaged ({what}): run `dwell check --repair`, which rebuilds it.")


def damaged_lake_file(path: Path, what: str) -> DamagedDataError:
    """A data file of the lake is not what was written."""
    return DamagedDataError(
        f"{path} is damaged ({what}): restore this file from a backup; without one, move the data folder away and "
        "import your files again."
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


def _from_duckdb(path: Path, error: Exception) -> StorageError:
    text = str(error).splitlines()[0]
    if any(word in text for word in ("No space left", "File too large", "Disk quota", "max_temp_directory_size")):
        return disk_full(path)
    if "Permission denied" in text or "Read-only file system" in text:
        return not_writable(path)
    return StorageError(f"{path} cannot be read or written ({text}): check the disk, or set DWELL_MEMORY higher.")


@contextmanager
def reading_errors(root: Path) -> Iterator[None]:
    """Names the lake file that turns out to be damaged while DuckDB reads it; other errors pass as they are."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        text = str(error).splitlines()[0]
        if "TProtocolException" in text:  # the head of a Parquet page; which file it is in is not said
            raise DamagedDataError(
                f"A data file in {root} is damaged ({text}): `dwell check` names it, and `dwell check --repair` "
                "rebuilds it where that is possible."
            ) from error
        if not isinstance(error, (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)):
            raise
        named = next((path for path in root.absolute().rglob("*.parquet") if str(path) in text), None)
        if named is None:
            raise
        damaged = damaged_rollup_file if "rollups" in named.relative_to(root.absolute()).parts else damaged_lake_file
        raise damaged(named, text.replace(str(named), "it")) from error
