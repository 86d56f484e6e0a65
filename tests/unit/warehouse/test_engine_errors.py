"""What DuckDB says, as the error with the right cure: memory, limits and permissions are no damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dwell.errors import DamagedDataError, ReaderGoneError, StorageError
from dwell.warehouse.damage import lake_errors, output_errors, reading_errors


@pytest.fixture
def lake_file(tmp_path: Path) -> Path:
    file = tmp_path / "lake" / "posts" / "part-1.parquet"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Too many open files", "raise the limit of open files (ulimit -n)"),
        ("Permission denied", "cannot be read: allow this user to read it"),
        ("Input/output error", "check the disk"),
    ],
)
def test_a_whole_file_that_cannot_be_read_is_not_called_damaged(reason: str, said: str, lake_file: Path) -> None:
    with pytest.raises(StorageError) as caught, reading_errors(lake_file.parents[2]):
        raise duckdb.IOException(f'Cannot open file "{lake_file}": {reason}')
    assert not isinstance(caught.value, DamagedDataError)
    assert str(lake_file) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_cut_off_still_is(lake_file: Path) -> None:
    with pytest.raises(DamagedDataError), reading_errors(lake_file.parents[2]):
        raise duckdb.InvalidInputException(f"No magic bytes found at end of file '{lake_file}'")


@pytest.mark.parametrize("guard", [reading_errors, lake_errors, output_errors])
@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data of size 2.0 MiB (1/2 used)\n\nSee"),
        duckdb.IOException("IO Error: Checkpoint failed. Original error: could not allocate block of size 256.0 KiB"),
    ],
)
def test_too_little_memory_names_the_setting(guard: Callable[[Path], Any], error: duckdb.Error, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"Not enough memory .*set DWELL_MEMORY higher"), guard(tmp_path):
        raise error


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("No space left on device", "No space left for"),
        ("Permission denied", "(Permission denied): choose another file with -o"),
        ("Read-only file system", "(Read-only file system): choose another file with -o"),
        ("odd", "(Input/output error): choose another file with -o"),
    ],
)
def test_an_output_that_cannot_be_written_speaks_of_o(reason: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, output_errors(tmp_path / "posts.csv"):
        raise duckdb.IOException(f'IO Error: Could not write file ".dwell-1.partial": {reason}')
    assert said in str(caught.value)
    assert "--data" not in str(caught.value)


def test_a_reader_that_is_gone_is_no_failure(tmp_path: Path) -> None:
    with pytest.raises(ReaderGoneError), output_errors(tmp_path / "posts.csv"):
        raise duckdb.IOException('Could not write file "/dev/stdout": Broken pipe')
