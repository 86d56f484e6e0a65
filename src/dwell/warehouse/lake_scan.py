"""SQL that reads the visible files of a lake table, whatever columns they had when they were written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dwell.disk.checksum import StoredFile, find_damage
from dwell.disk.errors import os_error
from dwell.warehouse import lake
from dwell.warehouse.catalogue import TableState
from dwell.warehouse.columns import quote_text, replace_defaults, typed_nulls
from dwell.warehouse.damage import damaged_lake_file


def scan(root: Path, name: str, state: TableState) -> str:
    """DuckDB SQL, in parentheses, that reads the visible files of a table.

    A file that was written before a column existed lacks it: its rows have the column's default there, or null.
    """
    return read_files(name, visible_files(root, name, state))


def read_files(name: str, paths: Sequence[Path]) -> str:
    """The same for files by their paths."""
    listed = ", ".join(quote_text(str(path)) for path in paths)
    stored = f"FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    whole = f"{typed_nulls(name)} UNION ALL BY NAME {stored}"
    return f"(SELECT * {replaced} FROM ({whole}))" if (replaced := replace_defaults(name)) else f"({whole})"


def visible_files(root: Path, name: str, state: TableState) -> list[Path]:
    """The visible files of a table, absolute; each was read, and is what was written.

    Raises:
        DamagedDataError: One is missing or damaged.
        StorageError: One may not be read.
    """
    place = lake.folder(root, name).absolute()
    files = [StoredFile(place / file.path, file.bytes, file.checksum) for file in state.files]
    try:
        damage = find_damage(files)
    except PermissionError as error:
        raise os_error(place, error) from error
    if damage:
        raise damaged_lake_file(*damage)
    return [file.path for file in files]
